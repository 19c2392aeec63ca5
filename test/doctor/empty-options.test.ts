import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { doctor, stateDirectory } from '../support/doctor.ts';

test.each(['database-url', 'app-ini', 'schema', 'log-dir', 'undo-dir'])(
  'an empty %s in the file is not the same as none',
  async (key) => {
    const file = join(stateDirectory, 'empty.yaml');
    writeFileSync(file, `${key}: ""\n`);
    const answer = await doctor('postgres://127.0.0.1:1/nowhere', ['runs', '--config', file]);
    expect(answer).toMatchObject({ exit: 64, out: '' });
    expect(answer.err).toContain(`"${key}" is empty`);
  },
);
