/** A generator of numbers that repeats for the same seed, so that a failure can be looked at again. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    // Mulberry32.
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const pieces = [
  "'",
  '"',
  '\\',
  '`',
  '$',
  '$(',
  ')',
  '$' + '{x}',
  '$((1+1))',
  '`id`',
  '$(id)',
  '\n',
  '\r',
  '\t',
  ' ',
  '  ',
  '*',
  '?',
  '[a-z]',
  '{a,b}',
  '~',
  '~root',
  '-',
  '--',
  '-n',
  '-e',
  ';',
  '&',
  '&&',
  '|',
  '||',
  '>',
  '<',
  '<<EOF',
  '#',
  '!',
  '!!',
  '=',
  'A=B',
  '%s',
  '%',
  '\\n',
  '\\0',
  '\\\\',
  "'\\''",
  "''",
  '""',
  '/',
  '..',
  'a',
  'Z',
  '0',
  'exit 1',
  'ü',
  'ß',
  '漢字',
  '🚀',
  '\u202e',
  '\u0000'.replace('\0', '\x01'),
  '\x1b[31m',
  '\x7f',
  '\u00a0',
  '\u2028',
  '\ufeff',
  '\ufffd',
];

/** An argument that a shell would love to misread: any text without NUL that UTF-8 can carry. */
export function awkwardArgument(random: () => number): string {
  const kind = random();
  const length = Math.floor(random() * 12);
  if (kind < 0.02) return '';
  if (kind < 0.75) return Array.from({ length }, () => pieces[Math.floor(random() * pieces.length)]).join('');
  if (kind < 0.9) {
    // Bytes at random, as far as they are UTF-8; the rest becomes U+FFFD.
    const bytes = Uint8Array.from({ length: length * 3 }, () => 1 + Math.floor(random() * 255));
    return Buffer.from(bytes).toString('utf8');
  }
  // Code points at random, without the surrogates.
  return Array.from({ length }, () => {
    const point = 1 + Math.floor(random() * 0x10ffff);
    return String.fromCodePoint(point >= 0xd800 && point <= 0xdfff ? 0x41 : point);
  }).join('');
}
