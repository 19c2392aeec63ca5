import ssh2, { type ParsedKey } from 'ssh2';
import { type ToolError, usage } from '../../../common/errors.ts';
import type { Certificate } from './certificate.ts';
import { fingerprintOf } from './fingerprint.ts';
import { convertPkcs8 } from './pkcs8.ts';

/** A private key that is ready to sign. */
export interface Identity {
  /** Where it came from: a path, or the name of the flag its text was given to. */
  readonly name: string;
  readonly type: string;
  readonly fingerprint: string;
  readonly key: ParsedKey;
  /** What an authority says about it; offered before the key alone. */
  readonly certificate?: Certificate;
}

/**
 * Reads a private key: OpenSSH format, PEM (PKCS#1, SEC1, PKCS#8) or PuTTY's version 2, encrypted or not. What a key suffers on
 * its way through clipboards and secret stores is put right: carriage returns, a missing last newline, indentation,
 * line breaks turned into spaces or `\n`, base64 around the whole. What cannot be put right is named.
 *
 * @param name shown in errors, see Identity
 * @throws ToolError of kind `usage`
 */
export function readIdentity(text: string, name: string, passphrase?: string): Identity {
  const pem = repairKey(text, name);
  const readable = /-----BEGIN (?:ENCRYPTED )?PRIVATE KEY-----/.test(pem) ? fromPkcs8(pem, name, passphrase) : pem;
  const key = parse(readable, passphrase);
  if (key === undefined || key instanceof Error)
    throw unreadable(name, key?.message ?? 'no key inside', passphrase, key);
  if (!key.isPrivateKey()) throw publicKey(name);
  return { name, type: key.type, fingerprint: fingerprintOf(key.getPublicSSH()), key };
}

/** ssh2 answers with an Error, or throws one for some damaged input. */
function parse(text: string, passphrase: string | undefined): ParsedKey | Error | undefined {
  try {
    return ssh2.utils.parseKey(text, passphrase);
  } catch (error) {
    return error as Error;
  }
}

function fromPkcs8(pem: string, name: string, passphrase: string | undefined): string {
  const encrypted = pem.includes('BEGIN ENCRYPTED');
  if (encrypted && passphrase === undefined) throw needsPassphrase(name);
  try {
    return convertPkcs8(pem, passphrase);
  } catch (error) {
    if (encrypted) throw wrongPassphrase(name, error);
    throw damaged(name, (error as Error).message, error);
  }
}

/** The key's text as a program would have written it. */
function repairKey(text: string, name: string): string {
  let clean = text
    .replace(/^\uFEFF/, '')
    .replace(/\r\n?/g, '\n')
    .trim();
  if (clean === '')
    throw usage(`The key ${name} is empty.`, 'Check that the file or secret exists and is passed on to this job.');
  if (!clean.includes('-----') && /^[A-Za-z0-9+/=\s]+$/.test(clean)) {
    const decoded = Buffer.from(clean, 'base64').toString('latin1');
    if (decoded.includes('-----BEGIN')) clean = decoded.replace(/\r\n?/g, '\n').trim();
  }
  if (/^PuTTY-User-Key-File-/.test(clean)) return checkPutty(clean, name);
  if (/^(?:ssh-|ecdsa-sha2-|sk-)\S+ AAAA|^---- BEGIN SSH2 PUBLIC KEY|^-----BEGIN (?:RSA )?PUBLIC KEY/m.test(clean))
    throw publicKey(name);
  if (!clean.includes('\n')) clean = clean.replaceAll('\\r', '').replaceAll('\\n', '\n');

  const match = /-----BEGIN ([A-Z0-9 ]*PRIVATE KEY)-----([\s\S]*)$/.exec(clean);
  if (!match) throw notAKey(name);
  const [, kind, rest] = match;
  const end = rest!.indexOf(`-----END ${kind}-----`);
  if (end < 0)
    throw damaged(
      name,
      rest!.includes('-----END')
        ? 'its BEGIN and END lines differ'
        : `its last line, -----END ${kind}-----, is missing: it was cut off`,
    );
  const inside = rest!.slice(0, end).trim();
  // The headers of an encrypted PEM file end with an empty line (RFC 1421).
  const headers = inside.match(/^(?:[A-Za-z-]+: [^\n]*\n)+/)?.[0] ?? '';
  const base64 = inside.slice(headers.length).replace(/\s+/g, '');
  const stray = /[^A-Za-z0-9+/=]/.exec(base64);
  if (stray) throw damaged(name, `it holds the character ${JSON.stringify(stray[0])}, which no key has`);
  if (base64 === '' || base64.replace(/=+$/, '').length % 4 === 1) throw damaged(name, 'a part of its text is missing');
  if (kind === 'OPENSSH PRIVATE KEY') checkOpenSsh(Buffer.from(base64, 'base64'), name);
  const head = headers === '' ? '' : `${headers.trimEnd()}\n\n`;
  return `-----BEGIN ${kind}-----\n${head}${base64.match(/.{1,64}/g)!.join('\n')}\n-----END ${kind}-----\n`;
}

/** Walks the outer fields of PROTOCOL.key, so that a text that lost its middle or its end is told from a wrong passphrase. */
function checkOpenSsh(bytes: Buffer, name: string): void {
  const magic = 'openssh-key-v1\0';
  if (bytes.toString('latin1', 0, magic.length) !== magic)
    throw damaged(name, 'its beginning is not that of an OpenSSH key');
  let position = magic.length;
  const skip = () => {
    if (position + 4 <= bytes.length) position += 4 + bytes.readUInt32BE(position);
    else position = bytes.length + 1;
  };
  for (let field = 0; field < 3; field += 1) skip();
  position += 4;
  const publicKeyAt = position + 4;
  skip();
  const publicType = bytes.toString('latin1', publicKeyAt + 4, publicKeyAt + 4 + 40);
  skip();
  if (position > bytes.length) throw damaged(name, `${position - bytes.length} bytes of it are missing`);
  if (publicType.startsWith('sk-'))
    throw usage(
      `The key ${name} lives in a hardware token (${publicType.replace(/@.*/s, '')}).`,
      'Use a key without one: ssh-keygen -t ed25519.',
    );
}

function checkPutty(text: string, name: string): string {
  if (text.startsWith('PuTTY-User-Key-File-2: ssh-rsa') || text.startsWith('PuTTY-User-Key-File-2: ssh-dss'))
    return text;
  throw usage(
    `The key ${name} is in PuTTY's format, of which only version 2 with RSA can be read.`,
    'Convert it: puttygen KEY.ppk -O private-openssh -o KEY',
  );
}

function unreadable(name: string, message: string, passphrase: string | undefined, cause: unknown): ToolError {
  if (/no passphrase given/i.test(message)) return needsPassphrase(name);
  if (/bad passphrase|bad decrypt|integrity check failed -- /i.test(message) && passphrase !== undefined)
    return wrongPassphrase(name, cause);
  return damaged(name, message, cause);
}

const copyFix =
  'Copy the whole file again, from the BEGIN line to the END line: a secret keeps line breaks when it is pasted as it is.';
const damaged = (name: string, why: string, cause?: unknown) =>
  usage(`The key ${name} is damaged: ${why}.`, copyFix, cause);
const notAKey = (name: string) =>
  usage(
    `The key ${name} is no private key: it has no line -----BEGIN … PRIVATE KEY-----.`,
    'Pass the file that ssh-keygen wrote, the one without .pub.',
  );
const publicKey = (name: string) =>
  usage(`The key ${name} is a public key; the private one is needed.`, 'Pass the file of the same name without .pub.');
const needsPassphrase = (name: string) =>
  usage(
    `The key ${name} is encrypted.`,
    'Pass --passphrase-env VAR, the name of the environment variable that holds its passphrase.',
  );
const wrongPassphrase = (name: string, cause: unknown) =>
  usage(
    `The passphrase does not open the key ${name}.`,
    'Check the variable named by --passphrase-env: quotes or a newline in it count.',
    cause,
  );
