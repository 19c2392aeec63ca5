import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { newEd25519 } from '../../../../demo/ssh-key.ts';
import { fingerprintOf } from '../../../../src/deploy/host/ssh/fingerprint.ts';
import { readIdentity } from '../../../../src/deploy/host/ssh/identity.ts';

const pair = newEd25519({ comment: 'me' });
const fingerprint = fingerprintOf(Buffer.from(pair.public.split(' ')[1]!, 'base64'));
const read = (text: string, passphrase?: string) => readIdentity(text, 'deploy-key', passphrase);
const errorOf = (text: string, passphrase?: string) => {
  try {
    read(text, passphrase);
  } catch (error) {
    return error as Error & { kind: string; fix: string };
  }
  throw new Error('It was accepted.');
};
/** A key that only looks right would not sign. */
const signs = (text: string, passphrase?: string) => {
  const { key } = read(text, passphrase);
  const data = randomBytes(40);
  return key.verify(data, key.sign(data) as Buffer);
};

describe('a private key', () => {
  const plain = pair.private;
  const lines = plain.trim().split('\n');
  it.each([
    ['as ssh-keygen wrote it', plain],
    ['without its last newline', plain.trimEnd()],
    ['with CRLF', plain.replaceAll('\n', '\r\n')],
    ['with CR alone', plain.replaceAll('\n', '\r')],
    ['with CRLF and without its last newline', plain.trimEnd().replaceAll('\n', '\r\n')],
    ['with a byte order mark', `\uFEFF${plain}`],
    ['indented, as in YAML', lines.map((line) => `    ${line}  `).join('\n')],
    ['on one line, newlines turned to spaces', lines.join(' ')],
    ['on one line, newlines written as \\n', lines.join('\\n')],
    ['with blank lines between', lines.join('\n\n')],
    ['base64 around the whole', Buffer.from(plain).toString('base64')],
    ['with text before it', `# the deploy key\n${plain}`],
  ])('is read %s', (_, text) => {
    expect(read(text)).toMatchObject({ name: 'deploy-key', type: 'ssh-ed25519', fingerprint });
    expect(signs(text)).toBe(true);
  });

  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  const ed = generateKeyPairSync('ed25519').privateKey;
  const pem = (key: typeof rsa, type: 'pkcs1' | 'sec1' | 'pkcs8', passphrase?: string) =>
    key
      .export({ format: 'pem', type: type as 'pkcs8', ...(passphrase && { cipher: 'aes-256-cbc', passphrase }) })
      .toString();
  it.each([
    ['RSA PKCS#1', pem(rsa, 'pkcs1'), undefined, 'ssh-rsa'],
    ['RSA PKCS#1, encrypted', pem(rsa, 'pkcs1', 'sesame!'), 'sesame!', 'ssh-rsa'],
    ['RSA PKCS#1, encrypted, with CRLF', pem(rsa, 'pkcs1', 'sesame!').replaceAll('\n', '\r\n'), 'sesame!', 'ssh-rsa'],
    ['RSA PKCS#8', pem(rsa, 'pkcs8'), undefined, 'ssh-rsa'],
    ['RSA PKCS#8, encrypted', pem(rsa, 'pkcs8', 'sesame!'), 'sesame!', 'ssh-rsa'],
    ['EC SEC1', pem(ec, 'sec1'), undefined, 'ecdsa-sha2-nistp256'],
    ['EC PKCS#8', pem(ec, 'pkcs8'), undefined, 'ecdsa-sha2-nistp256'],
    ['Ed25519 PKCS#8', pem(ed, 'pkcs8'), undefined, 'ssh-ed25519'],
    ['Ed25519 PKCS#8, encrypted', pem(ed, 'pkcs8', 'sesame!'), 'sesame!', 'ssh-ed25519'],
  ])('is read from PEM: %s', (_, text, passphrase, type) => {
    expect(read(text, passphrase).type).toBe(type);
    expect(signs(text, passphrase)).toBe(true);
  });

  const locked = newEd25519({
    passphrase: 'sesame!',
    cipher: 'aes256-ctr',
    rounds: 16,
  }).private;
  it('is opened by its passphrase, and nothing else', () => {
    expect(signs(locked, 'sesame!')).toBe(true);
    for (const text of [locked, pem(rsa, 'pkcs1', 'sesame!'), pem(ed, 'pkcs8', 'sesame!')]) {
      expect(errorOf(text)).toMatchObject({
        message: 'The key deploy-key is encrypted.',
        fix: expect.stringContaining('--passphrase-env'),
      });
      expect(errorOf(text, 'wrong').message).toBe('The passphrase does not open the key deploy-key.');
    }
  });

  it.each<[string, string, RegExp | string]>([
    ['', 'is empty', 'The key deploy-key is empty.'],
    [' \n', 'is blank', 'The key deploy-key is empty.'],
    ['/home/me/.ssh/id', 'is something else', /is no private key: it has no line -----BEGIN/],
    [pair.public, 'is the public one', 'The key deploy-key is a public key; the private one is needed.'],
    [
      lines.slice(0, -1).join('\n'),
      'lost its last line',
      /is damaged: its last line, -----END OPENSSH PRIVATE KEY-----, is missing: it was cut off/,
    ],
    [lines.slice(1).join('\n'), 'lost its first line', /is no private key/],
    [
      [lines[0], ...lines.slice(2)].join('\n'),
      'lost a line',
      /is damaged: its beginning is not that of an OpenSSH key/,
    ],
    [
      [...lines.slice(0, 3), ...lines.slice(4)].join('\n'),
      'lost a line in the middle',
      /is damaged: \d+ bytes of it are missing/,
    ],
    [plain.replace(/\n(.{10})./, '\n$1*'), 'has a strange character', /is damaged: it holds the character "\*"/],
    [plain.replace(/END OPENSSH/, 'END RSA'), 'ends as another', /is damaged: its BEGIN and END lines differ/],
    [`${lines[0]}\n${lines.at(-1)}`, 'has no body', /is damaged: a part of its text is missing/],
    ['PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\n', 'is of a new PuTTY', /is in PuTTY's format/],
  ])('%# that %s is refused by name', (text, _, message) => {
    const error = errorOf(text);
    expect(error.kind).toBe('usage');
    expect(error.message).toMatch(message);
    expect(error.message + error.fix).not.toContain(lines[2]);
  });

  it('damaged anywhere is either refused or another key, never an exception of another kind', () => {
    for (let position = 40; position < plain.length - 40; position += 7) {
      const text = plain.slice(0, position) + plain.slice(position + 3);
      try {
        read(text);
      } catch (error) {
        expect((error as { kind?: string }).kind, text).toBe('usage');
      }
    }
  });
});
