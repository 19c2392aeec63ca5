import { expect, test } from 'vitest';
import { optionsOf, runTool, verbName } from '../../src/common/command.ts';
import type { Io } from '../../src/common/io.ts';
import { plainView } from '../../src/common/output/table.ts';
import { deployBinary } from '../../src/deploy/command.ts';
import { ciDoctor } from '../../src/doctor/command.ts';
import { tool as submodulePushCheck } from '../../src/submodules/command.ts';

const cases = [ciDoctor, deployBinary, submodulePushCheck].flatMap((tool) =>
  tool.verbs.flatMap((verb) =>
    optionsOf(verb)
      .filter((option) => !option.isBoolean())
      .map((option) => [tool.name, verbName(verb), option.long!, tool] as const),
  ),
);

test('options of all tools are looked at', () => {
  expect(new Set(cases.map(([name]) => name)).size).toBe(3);
});

test.each(cases)('%s %s: an empty %s is not the same as none', async (_name, verb, flag, tool) => {
  for (const words of [[flag, ''], [flag, ' '], [`${flag}=`]]) {
    let [out, notes] = ['', ''];
    const io: Io = {
      env: {},
      view: plainView,
      interactive: false,
      write: async (text) => {
        out += text;
      },
      note: (text) => {
        notes += text;
      },
      pause: async () => {},
      ask: async () => false,
    };
    expect(await runTool(tool, [verb, ...words], io)).toMatchObject({
      exit: 64,
      result: { error: { message: `${flag} is empty.` } },
    });
    expect({ out, notes }).toEqual({ out: '', notes: expect.stringContaining(`leave ${flag} out`) });
  }
});
