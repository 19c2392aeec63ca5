import { describe, expect, test, vi } from 'vitest';
import { harmless } from '../../../src/common/output/style.ts';
import { hideSecret } from '../../../src/common/redact.ts';
import { LineHider } from '../../../src/doctor/logs/hide.ts';
import type { LineScan } from '../../../src/doctor/logs/line-marks.ts';
import { lineScanner, plainScanner } from '../../../src/doctor/logs/line-scan.ts';
import { LogPrinter, type PrintStyle, printPieces } from '../../../src/doctor/logs/print.ts';
import { mostBytes, outSize, simd } from '../../../src/doctor/logs/simd.ts';
import { random } from './kit.ts';

hideSecret('fig-and-date-cake');
hideSecret('Dörr');

/** Secrets of every kind, what is nearly one, what drives a terminal, and what does not. */
const fragments = [
  ...[
    'plain words',
    'a/b/c.d',
    '',
    '-----',
    '\t',
    'année',
    '日本語',
    '🚀',
    '✓ done',
    '@scope/name',
    'J',
    'eyJ',
    'passed',
    'a:b@c',
  ],
  ...[
    '\x1b[31mred\x1b[0m',
    'a\rb',
    '\x07',
    '\x7f',
    '\u009b31m',
    '\u202e',
    '\u200f',
    '\u2067',
    '\u061c',
    '\ud7ff',
    '\u00a0',
  ],
  ...['https://bob:hunter22@git.example.org/x', 'HTTPS://u:p:@h', 'ssh://git@host/x', 'mail bob@example.org'],
  ...[
    'Authorization: Bearer abcdef123456',
    'authorization=0123456789abcdef0',
    'BASIC dXNlcjpwYXNz1234567890',
    'bearer',
  ],
  ...['MY_PASSWORD=correct-horse', 'passwd: opensesame', 'Passphrase=abc', '--secret-key abcd1234', "password 'it''s'"],
  ...[
    '"api_key": "0123456789"',
    'apikey=x',
    'API-KEY=x',
    'access_key=abcd',
    'ACCESSKEY: abcd',
    'private-key=abc',
    'token: 3 of 5',
  ],
  ...['ghp_0123456789abcdefghijABCDEFGHIJ', 'github_pat_0123456789abcdefghijABCDEFGHIJ', 'glpat-0123456789abcdefghij'],
  ...['AKIAIOSFODNN7EXAMPLE', 'ASIAIOSFODNN7EXAMPLE', 'xoxb-0123456789-abcdef', 'eyJhbGciOi.eyJzdWIiOi.c2lnbmF0dXJl'],
  ...['glrt-0123456789abcdefghij', 'gldt-0123456789abcdefghij', 'glptt-0123456789abcdefghij'],
  ...['glcbt-0123456789abcdefghij', 'glft-0123456789abcdefghij', 'glsoat-0123456789abcdefghij'],
  ...['AIzaSy0123456789abcdefghijklmnopqrs', 'npm_0123456789abcdefghijABCDEFGHIJ', 'npm_config'],
  ...['pypi-AgEIcHlwaS5vcmcabcdefghij', 'dckr_pat_0123456789abcdefghij', 'dckr_oat_0123456789abcdefghij'],
  ...['hvs.0123456789abcdefghij', 'hvb.0123456789abcdefghij', 'hvr.0123456789abcdefghij'],
  ...['sk_live_0123456789abcdef', 'rk_test_0123456789abcdef', 'sk-proj-0123456789abcdef', 'sk-ant-0123456789abcdef'],
  ...[
    'sk-svcacct-0123456789abcdef',
    `dop_v1_${'0123456789abcdef'.repeat(4)}`,
    `dor_v1_${'0123456789abcdef'.repeat(4)}`,
  ],
  ...[`doo_v1_${'0123456789abcdef'.repeat(4)}`, 'AGE-SECRET-KEY-1QQPQYPQYPQYPQYPQYPQ'],
  ...[
    'hooks.slack.com/services/T0/B0/x',
    'DB_PASS=abc',
    'db_pwd: abc',
    '_pwd: abc',
    "pass='abc'",
    'Pwd=abc',
    '"pwd": "abc"',
    "'pwd':'abc'",
  ],
  ...[
    'AccountKey=abc',
    'account_key: abcd',
    'ACCOUNT-KEY=a',
    '"auth": "dXNlcjpwYXNz"',
    "'auth':'dXNlcjpwYXNz'",
    '_auth=abc',
  ],
  ...[
    'curl -u bob:hunter2',
    'curl',
    'mysql -phunter2',
    'mariadb-dump -phunter2',
    'oc login -p hunter2',
    'sshpass -p x',
  ],
  ...['\x1b[1mpassword\x1b[0m: opensesame', 'pass\x1b[0mword=abc', 'ghp_\x1b[0m0123456789abcdefghijABCDEFGHIJ'],
  ...['\x1b[1mcurl\x1b[0m -u bob:hunter2', 'to\x1b(Bken=abc', 'DB_PASS\x1b[0m=abc', '\x1b[1mok\x1b[0m'],
  ...['"\x1b[1mauth\x1b[0m": "dXNlcjpwYXNz"', "'\x1b[1mpwd\x1b[0m': 'opensesame'"],
  ...['\x1b]8;;https://bob:hunter22@git.example.org/\x1b\\log\x1b]8;;\x1b\\', '\x1b]0;token=abc\x07', '\x1b]0;'],
  ...['fig-and-date-cake', 'Dörr', 'figs'],
  ...[
    '-----BEGIN OPENSSH PRIVATE KEY-----',
    'b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQ',
    '-----END OPENSSH PRIVATE KEY-----',
    '-----BEGIN PGP PRIVATE KEY BLOCK-----',
  ],
];
const invalid = [Buffer.from([0x9b, 0x33]), Buffer.from([0xff]), Buffer.from([0xe2, 0x80]), Buffer.from([0xc2])];
/** Every control character of ASCII but the end of a line. */
const control = (number: number) => (number === 0x0a ? 0x7f : number === 0x20 ? 0x7f : number);
const time = '2026-11-22T03:04:05.1234567Z ';

function randomLines({ below, pick }: ReturnType<typeof random>, count: number): Buffer[] {
  return Array.from({ length: count }, () => {
    const parts = [Buffer.from(below(8) === 0 ? '' : time)];
    for (let left = below(5); left > 0; left--) {
      if (below(4) === 0) parts.push(Buffer.from([below(2) === 0 ? 0x1b : control(below(33))]));
      parts.push(below(60) === 0 ? pick(invalid) : Buffer.from(pick(fragments)));
      parts.push(Buffer.from(pick([' ', '', 'x', ' = '])));
    }
    return Buffer.concat(parts);
  });
}

const steps = [
  { name: 'Set up job', end: 3 },
  { name: 'Build\x1b[1m', end: 40 },
  { name: 'Complete job', end: Number.POSITIVE_INFINITY },
];
const stepAt = (line: number) => steps.find(({ end }) => line < end)!;
const job = 'lint\x07';

/** The same, line by line, as one would write it without a thought of speed. */
function plainly(lines: readonly Buffer[], { label, timestamps, escapes }: PrintStyle): Buffer {
  const hider = new LineHider();
  let step = '';
  return Buffer.concat(
    lines.map((line, index) => {
      const content = line.toString();
      const timed = content.startsWith(time);
      const text = timed ? content.slice(time.length) : content;
      const { name } = stepAt(index);
      const heading = label === 'heading' && name !== step ? `# ${harmless(job)} › ${harmless(name)}\n` : '';
      step = name;
      const before = `${heading}${label === 'columns' ? `${harmless(job)}\t${harmless(name)}\t` : ''}${timed && timestamps ? time : ''}`;
      const hidden = hider.hide(text);
      const shown =
        escapes && hidden === text
          ? line.subarray(timed ? time.length : 0)
          : Buffer.from(escapes ? hidden : harmless(hidden));
      return Buffer.concat([Buffer.from(before), shown, Buffer.from('\n')]);
    }),
  );
}

/** What every machine can run, and what most can. */
const scanners: readonly [string, () => (bytes: Buffer) => LineScan][] = [
  ['byte by byte', plainScanner],
  ['sixteen bytes at a time', () => simd()!.scan],
];

function quickly(
  lines: readonly Buffer[],
  scan: (bytes: Buffer) => LineScan,
  style: PrintStyle,
  { below }: ReturnType<typeof random>,
): Buffer {
  const printer = new LogPrinter(job, stepAt, style);
  const out: Buffer[] = [];
  let written: Buffer = Buffer.alloc(0);
  for (let at = 0; at < lines.length; ) {
    const piece = lines.slice(at, at + 1 + below(20));
    // Words of four bytes begin anywhere in what is read.
    const skew = below(4);
    const bytes = Buffer.concat([Buffer.alloc(skew), ...piece.flatMap((line) => [line, Buffer.from('\n')])]).subarray(
      skew,
    );
    const printed = printer.print({ bytes, line: at, end: 0, scan: scan(bytes) });
    // What was kept is still being written while the next piece is printed.
    out.push(Buffer.from(written));
    const isKept = below(2) === 0;
    written = isKept ? printed : Buffer.from(printed);
    if (isKept) printer.keep();
    at += piece.length;
  }
  out.push(Buffer.from(written));
  return Buffer.concat(out);
}

const strong = (text: string) => `# ${text}`;
describe.each<PrintStyle>([
  { label: 'columns', timestamps: false, escapes: false, strong },
  { label: 'columns', timestamps: true, escapes: false, strong },
  { label: 'heading', timestamps: false, escapes: false, strong },
  { label: 'none', timestamps: true, escapes: true, strong },
  { label: 'none', timestamps: true, escapes: false, strong },
])('$label, times $timestamps, escapes $escapes', (style) => {
  describe.each(scanners)('%s', (_, scanner) => {
    test.each(Array.from({ length: 12 }, (_, seed) => seed))(
      'prints what goes through line by line, seed %i',
      (seed) => {
        const chance = random(seed);
        const lines = randomLines(chance, 200);
        const printed = quickly(lines, scanner(), style, chance).toString('latin1').split('\n');
        expect(printed).toEqual(plainly(lines, style).toString('latin1').split('\n'));
      },
    );
  });
});

test.each(scanners)('a secret that begins at any byte of a line is seen %s', (_, scanner) => {
  const scan = scanner();
  for (const secret of fragments.filter((fragment) => new LineHider().hide(`${fragment} `) !== `${fragment} `)) {
    const printer = new LogPrinter('', stepAt, { label: 'none', timestamps: true, escapes: true, strong });
    for (let at = 0; at < 40; at++) {
      const bytes = Buffer.from(`${at === 0 ? '' : `${'.'.repeat(at - 1)} `}${secret} \n`);
      expect(printer.print({ bytes, line: 0, end: 0, scan: scan(bytes) }).toString()).toContain('***');
    }
  }
});

test.each(scanners)('no time that an escape sequence hides in is let through, %s', (_, scanner) => {
  const piece = Buffer.from('\x1b]0;title\x07T0123456789012345Z and text\n');
  const printer = new LogPrinter('', stepAt, { label: 'none', timestamps: true, escapes: false, strong });
  const printed = printer.print({ bytes: piece, line: 0, end: 0, scan: scanner()(piece) }).toString();
  expect(printed).toBe('␛]0;title␇T0123456789012345Z and text\n');
});

test.each(scanners)('a last line without its end stays without, %s', (_, scanner) => {
  for (const text of ['plain', 'pl\x07ain', 'token: abcdefgh'])
    for (const escapes of [true, false]) {
      const bytes = Buffer.from(`one\n\x1b[1mtwo\n${text}`);
      const printer = new LogPrinter('', stepAt, { label: 'none', timestamps: true, escapes, strong });
      const printed = printer.print({ bytes, line: 0, end: 0, scan: scanner()(bytes) }).toString();
      const hidden = new LineHider().hide(text);
      expect(printed).toBe(escapes ? `one\n\x1b[1mtwo\n${hidden}` : `one\n␛[1mtwo\n${harmless(hidden)}`);
    }
});

test.each(scanners)('lines are found and marked wherever they lie in a piece, %s', (_, scanner) => {
  const scan = scanner();
  const text = Buffer.from(`${'word '.repeat(40)}\n\n\x1b[1m\n\ttab\nghp_0123456789abcdefghij @é`);
  // Each byte is once the last of a piece, and what was scanned before lies behind it.
  for (let length = text.length; length > 0; length--) {
    const bytes = text.subarray(0, length);
    const { count, ends } = scan(bytes);
    const expected = [...bytes].flatMap((byte, at) => (byte === 0x0a ? [at] : []));
    expect([...ends.subarray(0, count + 1)]).toEqual([...expected, length]);
  }
});

describe('sixteen bytes at a time', () => {
  const style: PrintStyle = { label: 'columns', timestamps: true, escapes: false, strong };
  /** How a piece of these lines is printed either way. */
  const print = (lines: readonly string[], stepName: string) =>
    scanners.map(([, scanner]) => {
      const bytes = Buffer.from(lines.join('\n'));
      const printer = new LogPrinter(job, () => ({ name: stepName, end: lines.length }), style);
      return printer.print({ bytes, line: 0, end: 0, scan: scanner()(bytes) }).toString();
    });

  test('labels that make the text longer than there is room for', () => {
    const lines = Array.from({ length: 200_000 }, (_, line) => (line % 50_000 === 0 ? 'a\rb' : `${line % 10}`));
    const [plain, fast] = print(lines, 'a step whose name is rather long, as they come from a matrix');
    expect(fast === plain).toBe(true);
    expect(plain!.length).toBeGreaterThan(outSize);
  });

  test('a label that is longer than there is room for', () => {
    const [plain, fast] = print(['one', 'two', 'three'], 'step '.repeat(2_000));
    expect(fast).toBe(plain);
  });

  test('a piece of a single byte more than others is the most that comes', () => {
    const [plain, fast] = print([`${'x'.repeat(mostBytes - 1)}\x07`], 'Build');
    expect(fast === plain).toBe(true);
  });
});

describe('what is written while the next is printed', () => {
  const style: PrintStyle = { label: 'columns', timestamps: false, escapes: false, strong };
  const sizes = [3, 6_000, 2, 1, 1, 5_000, 5_000, 5, 4_000, 1];
  const line = (piece: number, at: number) => `piece ${piece} line ${at}`;

  /** Pieces of so many lines, then perhaps a failure. */
  async function* pieces(scan: (bytes: Buffer) => LineScan, failure?: Error) {
    let first = 0;
    for (const [piece, size] of sizes.entries()) {
      const bytes = Buffer.from(Array.from({ length: size }, (_, at) => `${line(piece, at)}\n`).join(''));
      yield { bytes, line: first, end: 0, scan: scan(bytes) };
      first += size;
    }
    if (failure) throw failure;
  }
  const all = sizes.flatMap((size, piece) =>
    Array.from({ length: size }, (_, at) => `job\tBuild\t${line(piece, at)}\n`),
  );
  const printer = () => new LogPrinter('job', () => ({ name: 'Build', end: Number.POSITIVE_INFINITY }), style);
  /** Takes what it is given only a while later, and one at a time. */
  const slowly = (taken: string[], busy = { now: 0 }) => ({
    busy,
    write: async (bytes: Uint8Array) => {
      expect(busy.now++).toBe(0);
      await new Promise((resolve) => setImmediate(resolve));
      taken.push(Buffer.from(bytes).toString());
      busy.now--;
    },
  });

  test.each(scanners)('comes whole and in its order, %s', async (_, scanner) => {
    const taken: string[] = [];
    await printPieces(pieces(scanner()), printer(), slowly(taken).write);
    expect(taken.join('') === all.join('')).toBe(true);
  });

  test.each(scanners)('comes before the failure of the reading is told, %s', async (_, scanner) => {
    const taken: string[] = [];
    const failure = new Error('the log is gone');
    await expect(printPieces(pieces(scanner(), failure), printer(), slowly(taken).write)).rejects.toBe(failure);
    expect(taken.join('') === all.join('')).toBe(true);
  });

  test('ends with the first write that fails, and the reading with it', async () => {
    let writes = 0;
    let closed = false;
    async function* watched() {
      try {
        yield* pieces(plainScanner());
      } finally {
        closed = true;
      }
    }
    const refused = async () => {
      if (++writes === 3) throw new Error('nobody reads');
    };
    await expect(printPieces(watched(), printer(), refused)).rejects.toThrow('nobody reads');
    expect({ writes, closed }).toEqual({ writes: 3, closed: true });
  });
});

test('a long log is scanned the fast way, where the machine can, and else as a short one', () => {
  const piece = Buffer.from('a line\n'.repeat(100_000));
  const scans = () => {
    const scan = lineScanner();
    return Array.from({ length: 4 }, () => {
      const { simd, count } = scan(piece);
      return [simd !== undefined, count];
    });
  };
  const short = [false, 100_000];
  expect(scans()).toEqual([short, short, [true, 100_000], [true, 100_000]]);
  vi.stubGlobal('WebAssembly', undefined);
  try {
    expect(scans()).toEqual([short, short, short, short]);
  } finally {
    vi.unstubAllGlobals();
  }
});
