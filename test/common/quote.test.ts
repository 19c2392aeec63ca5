import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { quote, quoteAll } from '../../src/common/quote.ts';

test.each([
  ['plain', 'plain'],
  ['/opt/app/bin-1.2_x', '/opt/app/bin-1.2_x'],
  ['--flag=value', '--flag=value'],
  ['user@host:~', "'user@host:~'"],
  ['', "''"],
  ["it's", "'it'\\''s'"],
  ['NAME=value', "'NAME=value'"],
  ['if', "'if'"],
])('%j is written %s', (argument, written) => {
  expect(quote(argument)).toBe(written);
});

test('a NUL is refused', () => {
  expect(() => quote('a\0b')).toThrow(TypeError);
});

test('a real shell gives back 120,000 arguments byte by byte', () => {
  const pieces = [
    ...Array.from({ length: 127 }, (_, index) => String.fromCharCode(index + 1)),
    ...[
      '\\',
      "'",
      '"',
      '$',
      '`',
      '!',
      '\n',
      ' ',
      '*',
      '~',
      '#',
      '&&',
      '$(id)',
      '$HOME',
      '%s',
      '\\n',
      'ö',
      '漢',
      '😀',
      '--',
      '-e',
    ],
  ];
  let seed = 20_260_131;
  const random = (below: number) => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed % below;
  };
  for (let batch = 0; batch < 24; batch++) {
    const argv = Array.from({ length: 5_000 }, () =>
      Array.from({ length: random(7) }, () => pieces[random(pieces.length)]).join(''),
    );
    const { stdout, stderr, status } = spawnSync('/bin/sh', [], {
      input: `printf '%s\\0' ${quoteAll(argv)}`,
      maxBuffer: 2 ** 26,
    });
    expect({ status, stderr: stderr.toString() }).toEqual({ status: 0, stderr: '' });
    const back = stdout.toString('utf8').split('\0').slice(0, -1);
    // Compared by hand: a difference among 5,000 is easier to read alone.
    const different = argv.findIndex((argument, index) => argument !== back[index]);
    expect(different < 0 ? 'none' : [argv[different], back[different]]).toBe('none');
    expect(back.length).toBe(argv.length);
  }
});

test.each(
  'A=1 _x9= if then else elif fi do done case esac while until for in { } ! [[ function select time coproc'.split(' '),
)('the first word is a command, whatever a shell would make of it bare: %s', (word) => {
  const { status } = spawnSync('/bin/sh', ['-c', quoteAll([word, 'x'])], { env: { PATH: '/dev/null' } });
  expect(status).toBe(127);
});
