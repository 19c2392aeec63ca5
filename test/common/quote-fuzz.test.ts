import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { quoteAll } from '../../src/common/quote.ts';
import { awkwardArgument, seeded } from '../support/awkward.ts';

/** Prints its arguments, each ended by a NUL, which no argument can hold. */
const print = ['printf', '%s\\0'];
const total = 100_000;
const perProcess = 4000;

describe('quoteAll through a real sh', () => {
  it(`gives back ${total} arguments, thousands to a process, byte for byte`, () => {
    const seed = Number(process.env.FUZZ_SEED ?? 20_260_101);
    const random = seeded(seed);
    let checked = 0;
    while (checked < total) {
      const argv = Array.from({ length: perProcess }, () => awkwardArgument(random));
      // On standard input, because one argument of a process holds 128 KiB only.
      const { stdout, status } = spawnSync('/bin/sh', ['-s'], {
        input: `${quoteAll([...print, ...argv])}\n`,
        maxBuffer: 2 ** 28,
        env: { PATH: process.env.PATH, LC_ALL: 'C' },
      });
      expect(status, `seed ${seed}`).toBe(0);
      const wanted = Buffer.from(argv.map((argument) => `${argument}\0`).join(''));
      if (!stdout.equals(wanted)) {
        const got = stdout.toString().split('\0');
        const index = argv.findIndex((argument, position) => argument !== got[position]);
        expect.fail(`seed ${seed}: ${JSON.stringify(argv[index])} became ${JSON.stringify(got[index])}`);
      }
      checked += argv.length;
    }
  });

  it('gives them back as the one argument of sh -c too, which is how SSH passes a command', () => {
    const random = seeded(7);
    for (let round = 0; round < 10; round += 1) {
      const argv = Array.from({ length: 1000 }, () => awkwardArgument(random));
      const { stdout } = spawnSync('/bin/sh', ['-c', quoteAll([...print, ...argv])], { maxBuffer: 2 ** 28 });
      expect(stdout.toString()).toBe(argv.map((argument) => `${argument}\0`).join(''));
    }
  });

  it('refuses a NUL, which would cut an argument in two', () => {
    expect(() => quoteAll(['a\0b'])).toThrow(TypeError);
  });
});
