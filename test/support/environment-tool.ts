import { join } from 'node:path';
import { runTool } from '../../src/common/command.ts';
import type { Io } from '../../src/common/io.ts';
import { plainView } from '../../src/common/output/table.ts';
import { deployBinary } from '../../src/deploy/command.ts';

/** Runs deploy-binary with a deploy.yaml below `root`, as a person without a terminal does. */
export async function environmentTool(
  root: string,
  argv: readonly string[],
  { env = {}, config = 'deploy.yaml' }: { env?: Record<string, string>; config?: string } = {},
) {
  let stdout = '';
  const notes: string[] = [];
  const io: Io = {
    env: { PATH: process.env.PATH, HOME: root, ...env },
    view: plainView,
    interactive: false,
    async write(text) {
      stdout += text;
    },
    note: (text) => void notes.push(text),
    pause: async () => {},
    ask: async () => false,
  };
  const { exit } = await runTool(deployBinary, [...argv, '--config', join(root, config)], io);
  // biome-ignore lint/suspicious/noExplicitAny: each verb has a result of its own.
  return { exit, notes, stdout, json: (argv.includes('--json') ? JSON.parse(stdout) : null) as any };
}
