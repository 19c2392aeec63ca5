import { knownSecrets } from './redact.ts';

/**
 * Five bytes in a row that every secret of its kind holds: of the words of `suspicious` in redact.ts the letters that are
 * rarest in other text, in either case. A question mark stands for any byte.
 */
const windows: readonly string[] = [
  ...['ivate', 'oriza', 'earer', 'basic', 'passw', 'assph', 'secre', 'token', 'glpat', 'thub_', 'akia?', 'asia?'],
  ...['i_key', 'i-key', 'apike', 's_key', 's-key', 'sskey', 't_key', 't-key', 'ntkey'],
  ...['_auth', 'uth"?', "uth'?", '_pass', 'pass=', '_pwd?', 'pwd=?', '"pwd"', "'pwd'"],
  ...['curl?', 'mysql', 'maria', 'ogin?', 'sshpa', 'slack'],
  ...['aiza?', 'npm_?', 'pypi-', 'dckr_', 'k_liv', 'k_tes', 'sk-pr', 'sk-an', 'sk-sv'],
  ...['gldt-', 'glrt-', 'glptt', 'glcbt', 'glft-', 'glsoa'],
  ...[...'sbr'].map((letter) => `hv${letter}.?`),
  ...[...'por'].map((letter) => `do${letter}_v`),
  ...[...'pousr'].map((letter) => `gh${letter}_?`),
  ...[...'abprs'].map((letter) => `xox${letter}-`),
];
const size = 5;

/** What each of the bytes of a word may be. */
export type Word = readonly (readonly number[])[];
const any = Array.from({ length: 256 }, (_, byte) => byte);

const words = (): Word[] => [
  ...windows.map((word) =>
    [...word].map((letter) => (letter === '?' ? any : [...Buffer.from(letter + letter.toUpperCase())])),
  ),
  ...knownSecrets().map((secret) =>
    [...[...Buffer.from(secret)].slice(0, size).map((byte) => [byte]), any].slice(0, size),
  ),
];

/**
 * Words of four bytes, one of which is in every line that `redact` changes, but for passwords in URLs, which are known by their
 * `@`. Those of the secrets that are known now are among them.
 */
export function suspectWords(): Word[] {
  const base64 = any.filter((byte) => /[A-Za-z0-9_-]/.test(String.fromCharCode(byte)));
  return [...words().map((word) => word.slice(0, 4)), [...[...Buffer.from('eyJ')].map((byte) => [byte]), base64]];
}

/** Finds what may hold a secret. */
export interface Suspects {
  /**
   * The first place from `from` on, and before `end`, that may be one's: a byte within it; `end` where there is none. Finds too
   * much, never too little: a line in which nothing is found is one that `redact` leaves as it is, but for passwords in URLs,
   * which are known by their `@`.
   */
  find(bytes: Buffer, from: number, end: number): number;
}

/**
 * A search for many words at once that looks at about every third byte (Wu and Manber, "A fast algorithm for multi-pattern
 * searching", 1994): two bytes say how far no word can end. It knows the secrets that are known when it is made.
 */
export function suspects(): Suspects {
  const shift = new Uint8Array(4096).fill(size - 1);
  const begins = new Uint8Array(4096);
  const add = (sets: readonly (readonly number[])[]) => {
    for (let at = 0; at + 1 < size; at++)
      for (const a of sets[at]!)
        for (const b of sets[at + 1]!) {
          shift[pair(a, b)] = Math.min(shift[pair(a, b)]!, size - 2 - at);
          if (at === 0) begins[pair(a, b)] = 1;
        }
  };
  for (const word of words()) add(word);
  const find = (bytes: Buffer, from: number, end: number) => {
    // The last byte of the window.
    let at = from + size - 1;
    while (at < end) {
      const step = shift[((bytes[at - 1]! & 63) << 6) | (bytes[at]! & 63)]!;
      if (step !== 0) at += step;
      else if (begins[((bytes[at - 4]! & 63) << 6) | (bytes[at - 3]! & 63)] !== 0) return at;
      else at++;
    }
    return end;
  };
  return { find };
}

/** Six bits of each keep the tables small; letters beyond them meet, which finds too much only. */
const pair = (a: number, b: number): number => ((a & 63) << 6) | (b & 63);
