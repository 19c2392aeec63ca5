import { createRequire } from 'node:module';
import { expect, test } from 'vitest';

const require = createRequire(import.meta.url);
const theirs = require('../../../node_modules/pg/lib/crypto/utils.js');
const ours = require('../../../scripts/pg-crypto.cjs');

const salt = Buffer.from('6b1f0a7e', 'hex');
const calls: readonly [string, ...unknown[]][] = [
  ['md5', 'pässword'],
  ['postgresMd5PasswordHash', 'forgejo', 'pässword', salt],
  ['sha256', Buffer.from('a message')],
  ...['SHA-1', 'SHA-256', 'SHA-384', 'SHA-512'].map((name): [string, ...unknown[]] => ['hashByName', name, salt]),
  ['hmacSha256', Buffer.from('key'), 'Client Kéy'],
  ['deriveKey', 'pässword', salt, 4096],
];

test('what is bundled in the place of pg’s cryptography answers the same, and has all of it', async () => {
  expect(Object.keys(ours).sort()).toEqual(Object.keys(theirs).sort());
  for (const [name, ...args] of calls) {
    const [a, b] = [await theirs[name](...args), await ours[name](...args)];
    expect(typeof b === 'string' ? b : Buffer.from(b).toString('hex'), name).toBe(
      typeof a === 'string' ? a : Buffer.from(a).toString('hex'),
    );
  }
  expect(ours.randomBytes(18)).toHaveLength(18);
});
