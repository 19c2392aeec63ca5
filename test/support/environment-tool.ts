// biome-ignore-all lint/suspicious/noTemplateCurlyInString: what a person writes into deploy.yaml.
import { join } from 'node:path';
import { runTool } from '../../src/common/command.ts';
import type { Io } from '../../src/common/io.ts';
import { plainView } from '../../src/common/output/table.ts';
import { deployBinary } from '../../src/deploy/command.ts';

/** Runs deploy-binary with a deploy.yaml below `root`, as a person does; without an `answer`, one without a terminal. */
export async function environmentTool(
  root: string,
  argv: readonly string[],
  {
    env = {},
    config = 'deploy.yaml',
    answer,
  }: { env?: Record<string, string>; config?: string; answer?: (question: string) => Promise<boolean> } = {},
) {
  let stdout = '';
  const notes: string[] = [];
  const io: Io = {
    env: { PATH: process.env.PATH, HOME: root, ...env },
    view: plainView,
    interactive: answer !== undefined,
    async write(text) {
      stdout += text;
    },
    note: (text) => void notes.push(text),
    pause: async () => {},
    ask: answer ?? (async () => false),
  };
  const { exit } = await runTool(deployBinary, [...argv, '--config', join(root, config)], io);
  // biome-ignore lint/suspicious/noExplicitAny: each verb has a result of its own.
  return { exit, notes, stdout, json: (argv.includes('--json') ? JSON.parse(stdout) : null) as any };
}

/** How test/support/service.c is started and proven without much waiting; hosts have `PORT`, and in `EXPECT` what the binary holds. */
export const quickService = {
  command: './service ${var:PORT}',
  'health-url': 'http://127.0.0.1:${var:PORT}/api/health',
  'health-samples': 2,
  'health-interval': '20ms',
  'health-timeout': '10s',
  'expect-string': '${var:EXPECT}',
  settle: '100ms',
  grace: '2s',
  sudo: 'never',
} as const;
