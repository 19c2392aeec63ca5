import { runTool } from '../../src/common/command.ts';
import type { Io } from '../../src/common/io.ts';
import { plainView } from '../../src/common/output/table.ts';
import type { CheckResult } from '../../src/submodules/check.ts';
import { tool } from '../../src/submodules/command.ts';
import { gitEnv } from './repositories.ts';

export interface Ran<Result> {
  readonly exit: number;
  readonly result: Result;
  /** Standard output and error, as a person would see them. */
  readonly said: string;
}

export interface RunOptions {
  readonly env?: Record<string, string>;
  /** Answers a question; undefined when nobody is there. */
  readonly answer?: (question: string) => boolean;
}

/** Runs the tool in this process, with a cache of its own unless told otherwise. */
export async function runHere<Result = CheckResult>(
  dir: string,
  argv: readonly string[],
  { env = {}, answer }: RunOptions = {},
): Promise<Ran<Result>> {
  let said = '';
  const io: Io = {
    env: { ...gitEnv, FORGEJO_CI_TOOLKIT_CACHE: `${dir}-cache`, ...env },
    view: plainView,
    interactive: answer !== undefined,
    write: async (text) => {
      said += text;
    },
    note: (text) => {
      said += `${text}\n`;
    },
    pause: async () => {},
    ask: async (question) => answer?.(question) ?? false,
  };
  const [verb, ...rest] = argv;
  const { exit, result } = await runTool(tool, [verb!, '--directory', dir, ...rest], io);
  return { exit, result: result as Result, said };
}

/** Class of each submodule by its path. */
export const classes = ({ submodules }: CheckResult): Record<string, string> =>
  Object.fromEntries(submodules.map((one) => [one.path, one.class]));
