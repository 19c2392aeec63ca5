import { describe, expect, it } from 'vitest';
import { splitArgv } from '../../src/common/argv.ts';
import { quoteAll } from '../../src/common/quote.ts';

const split = (text: string) => splitArgv(text, '--command');

describe('splitArgv', () => {
  it.each([
    ['sudo -n', ['sudo', '-n']],
    ['', []],
    ['  a\t b\n', ['a', 'b']],
    ['a \'b c\' "d e" f\\ g', ['a', 'b c', 'd e', 'f g']],
    [`x'y'"z"`, ['xyz']],
    [`'' ""`, ['', '']],
    [`"a\\"b\\\\c\\d"`, ['a"b\\c\\d']],
    [`'$HOME' '|'`, ['$HOME', '|']],
    ['--flag=*.txt ~', ['--flag=*.txt', '~']],
  ])('splits %j', (text, expected) => {
    expect(split(text)).toEqual(expected);
  });

  it('reads back what quoteAll wrote', () => {
    const argv = ['a b', "it's", '$x `y`', 'line\nbreak', '', '-n', 'ünï', '\\', '"'];
    expect(split(quoteAll(argv))).toEqual(argv);
  });

  it.each(["a 'b", 'a "b', 'a \\'])('refuses the open quote in %j', (text) => {
    expect(() => split(text)).toThrow(/--command has a .* without its counterpart/);
  });

  it.each(['a | b', 'a; b', 'a && b', 'a > b', '$HOME', '"$HOME"', '`id`', '"`id`"', '(a)'])(
    'refuses the shell in %j',
    (text) => {
      expect(() => split(text)).toThrow(/not a shell line/);
    },
  );
});
