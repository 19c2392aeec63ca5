import { expect, test } from 'vitest';
import { verbName } from '../../src/common/command.ts';
import { ciDoctor } from '../../src/doctor/command.ts';
import { loadCiDoctor } from '../../src/doctor/tool.ts';

test.each(ciDoctor.verbs.map(verbName))('a command line that begins with %s loads that verb alone', async (name) => {
  expect((await loadCiDoctor(name)).verbs.map(verbName)).toEqual([name]);
});

test.each([undefined, '--json', 'bogus', 'toString'])('one that begins with %s loads them all', async (word) => {
  expect((await loadCiDoctor(word)).verbs).toEqual(ciDoctor.verbs);
});
