import { createHmac } from 'node:crypto';
import ssh2 from 'ssh2';
import { describe, expect, it } from 'vitest';
import { newEd25519 } from '../../../../demo/ssh-key.ts';
import { fingerprintOf } from '../../../../src/deploy/host/ssh/fingerprint.ts';
import {
  checkHostKey,
  type HostKeyTrust,
  hostKeyAlgorithms,
  normalFingerprint,
} from '../../../../src/deploy/host/ssh/host-key.ts';
import { keysOf, parseKnownHosts, parseKnownHostsFile } from '../../../../src/deploy/host/ssh/known-hosts.ts';

const make = (type: 'ed25519' | 'rsa') => {
  const { public: line } = type === 'rsa' ? ssh2.utils.generateKeyPairSync('rsa', { bits: 2048 }) : newEd25519();
  const [name, base64] = line.split(' ');
  return { line: `${name} ${base64}`, blob: Buffer.from(base64!, 'base64') };
};
const a = make('ed25519');
const b = make('ed25519');
const rsa = make('rsa');
const trusted = (text: string, names: string[], port = 22) =>
  keysOf(parseKnownHosts(text, 'pins'), names, port).trusted.length;
const hashed = (name: string) => {
  const salt = Buffer.from('01234567890123456789');
  return `|1|${salt.toString('base64')}|${createHmac('sha1', salt).update(name).digest('base64')}`;
};

describe('known hosts', () => {
  it.each([
    ['system', ['system'], 22, true],
    ['SYSTEM', ['system'], 22, true],
    ['system,10.0.0.5', ['10.0.0.5'], 22, true],
    ['*.example.org', ['a.example.org'], 22, true],
    ['*.example.org', ['example.org'], 22, false],
    ['10.0.0.?', ['10.0.0.5'], 22, true],
    ['10.0.0.?', ['10.0.0.55'], 22, false],
    ['*,!bad', ['bad'], 22, false],
    ['*,!bad', ['good'], 22, true],
    ['[system]:2222', ['system'], 2222, true],
    ['[system]:2222', ['system'], 22, false],
    ['[system]:2222', ['system'], 2223, false],
    // ssh looks the bare name up where nothing names the port.
    ['system', ['system'], 2222, true],
    [hashed('system'), ['system'], 22, true],
    [hashed('system'), ['other'], 22, false],
    [hashed('[system]:2222'), ['system'], 2222, true],
    ['alias', ['10.0.0.5', 'alias'], 22, true],
  ])('%s names %j on port %i: %s', (names, host, port, expected) => {
    expect(trusted(`${names} ${a.line} a comment\n`, host, port)).toBe(expected ? 1 : 0);
  });

  it('of the very port go before those of the bare name', () => {
    const keys = keysOf(parseKnownHosts(`system ${a.line}\n[system]:2222 ${b.line}\n`, 'pins'), ['system'], 2222);
    expect(keys.trusted.map(({ where }) => where)).toEqual(['pins:2']);
  });

  it('keep markers apart, pass over comments, CRLF and SSH 1', () => {
    const text = `# hello\r\n\r\nsystem 1024 35 1234567\r\n@revoked * ${a.line}\r\n@cert-authority *.org ${b.line}\r\nx.org ${rsa.line}`;
    const keys = keysOf(parseKnownHosts(text, 'pins'), ['x.org'], 22);
    expect([keys.trusted, keys.revoked, keys.authorities].map((list) => list.map(({ where }) => where))).toEqual([
      ['pins:6'],
      ['pins:4'],
      ['pins:5'],
    ]);
  });

  it.each([
    ['system', 'it needs a host, a key type and a key'],
    [a.line, 'it needs a host, a key type and a key'],
    [`${a.line} me`, 'the host is missing before ssh-ed25519'],
    [`system ssh-ed25519 ${a.line.split(' ')[1]!.slice(0, 6)}`, 'its key is cut off, or not of the type ssh-ed25519'],
    [`system ssh-rsa ${a.line.split(' ')[1]}`, 'its key is cut off, or not of the type ssh-rsa'],
    [`@trusted system ${a.line}`, '@trusted is neither @cert-authority nor @revoked'],
  ])('refuse the line %#', (line, why) => {
    expect(() => parseKnownHosts(`\n${line}\n`, 'pins')).toThrow(`pins:2 is no known_hosts line: ${why}.`);
    expect(parseKnownHostsFile(`${line}\nsystem ${b.line}\n`, 'pins')).toHaveLength(1);
  });
});

const trust = (text: string, fingerprints: string[] = []): HostKeyTrust => ({
  keys: keysOf(parseKnownHosts(text, 'pins'), ['system'], 22),
  fingerprints,
  label: 'system',
  sources: ['pins'],
});

describe('a host key', () => {
  it('is taken when it is pinned, one way or the other', () => {
    expect(checkHostKey(a.blob, trust(`system ${a.line}`))).toBeUndefined();
    expect(checkHostKey(a.blob, trust('', [fingerprintOf(a.blob)]))).toBeUndefined();
    expect(checkHostKey(a.blob, trust(`system ${b.line}`, [fingerprintOf(a.blob)]))).toBeUndefined();
    expect(checkHostKey(a.blob, trust(`system ${a.line}`, [fingerprintOf(b.blob)]))).toBeUndefined();
    expect(checkHostKey(a.blob, trust(`system ${b.line}\nsystem ${a.line}`))).toBeUndefined();
  });

  it.each([
    ['unknown', trust(''), /^The host key of system is not known: ssh-ed25519 SHA256:\S+\. Looked in pins\.$/],
    [
      'of another type than the pinned one',
      trust(`system ${rsa.line}`),
      /of a type that is not pinned.*pinned is ssh-rsa \(pins:1\)/,
    ],
    ['changed', trust(`system ${b.line}`), /^THE HOST KEY OF system IS NOT THE PINNED ONE/],
    [
      'without a matching fingerprint',
      trust('', [fingerprintOf(b.blob)]),
      /^THE HOST KEY OF system IS NOT THE PINNED ONE/,
    ],
    [
      'revoked, although pinned',
      trust(`system ${a.line}\n@revoked system ${a.line}`, [fingerprintOf(a.blob)]),
      /was revoked: .* \(pins:2\)/,
    ],
    ['vouched for by an authority alone', trust(`@cert-authority system ${b.line}`), /only by a certificate authority/],
  ])('that is %s is refused', (_, what, message) => {
    const error = checkHostKey(a.blob, what);
    expect(error).toMatchObject({ kind: 'unknown' });
    expect(error!.message).toMatch(message);
    expect(error!.message).toContain(fingerprintOf(a.blob));
  });

  it('is asked for by the types that are pinned', () => {
    const { keys } = trust(`system ${rsa.line}`);
    expect(hostKeyAlgorithms(keys, new Set()).slice(0, 4)).toEqual([
      'rsa-sha2-512',
      'rsa-sha2-256',
      'ssh-rsa',
      'ssh-ed25519',
    ]);
    expect(hostKeyAlgorithms(keys, new Set(['ssh-rsa', 'ssh-ed25519']))[0]).toBe('ecdsa-sha2-nistp256');
  });

  it('has a fingerprint that is written one way', () => {
    const fingerprint = fingerprintOf(a.blob);
    expect(normalFingerprint(` ${fingerprint}= `)).toBe(fingerprint);
    expect(normalFingerprint(fingerprint.slice(7))).toBe(fingerprint);
    for (const bad of ['', 'MD5:aa:bb', `${fingerprint}x`, 'SHA256:short'])
      expect(() => normalFingerprint(bad)).toThrow(/is no fingerprint of a host key/);
  });
});
