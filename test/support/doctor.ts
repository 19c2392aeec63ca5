import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runTool } from '../../src/common/command.ts';
import type { Io } from '../../src/common/io.ts';
import { plainView } from '../../src/common/output/table.ts';
import { ciDoctor } from '../../src/doctor/command.ts';

export interface Answer {
  readonly exit: number;
  readonly out: string;
  readonly err: string;
  // biome-ignore lint/suspicious/noExplicitAny: what a test looks into, by its own expectation.
  readonly json: any;
}

/** Keeps undo files and journals of this test process. */
export const stateDirectory = mkdtempSync(join(tmpdir(), 'ci-doctor-state-'));

/** Runs a ci-doctor command line on a database as the command does, and collects what it printed. */
export async function doctor(
  url: string,
  argv: readonly string[],
  io: Partial<Io> & { schema?: string } = {},
): Promise<Answer> {
  let out = '';
  let err = '';
  const { exit } = await runTool(ciDoctor, [...argv, ...(io.schema === undefined ? [] : ['--schema', io.schema])], {
    env: { CI_DOCTOR_DATABASE_URL: url, FORGEJO_CI_TOOLKIT_STATE: stateDirectory },
    view: plainView,
    interactive: false,
    write: async (text) => {
      out += text;
    },
    note: (text) => {
      err += `${text}\n`;
    },
    pause: async () => {},
    ask: async () => false,
    ...io,
  });
  return { exit, out, err, json: argv.includes('--json') ? JSON.parse(out) : undefined };
}
