import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import type { Io } from './io.ts';
import { colored, plain } from './output/style.ts';
import { redact } from './redact.ts';

/** True inside a CI job. There standard output can be a terminal although nobody watches (Forgejo runner, host mode). */
export const isCi = (env: Io['env']): boolean =>
  ['CI', 'GITHUB_ACTIONS', 'FORGEJO_ACTIONS', 'GITEA_ACTIONS'].some(
    (name) => env[name] !== undefined && env[name] !== '' && env[name] !== 'false',
  );

/** The process's own terminal. */
export function terminalIo(env: Io['env'] = process.env): Io {
  const { stdin, stdout, stderr } = process;
  const ci = isCi(env);
  const forced = env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== '0' && env.FORCE_COLOR !== '';
  const color = !env.NO_COLOR && (forced || (stdout.isTTY && !ci && env.TERM !== 'dumb'));
  // A reader that went away (`| head`) is not an error of ours.
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(process.exitCode ?? 0);
    throw error;
  });
  return {
    env,
    view: {
      layout: stdout.isTTY || ci ? 'aligned' : 'tsv',
      style: color ? colored : plain,
      columns: stdout.isTTY && !ci ? stdout.columns : Number.POSITIVE_INFINITY,
    },
    interactive: Boolean(stdin.isTTY && stderr.isTTY && !ci),
    async write(text) {
      if (!stdout.write(text)) await once(stdout, 'drain');
    },
    note(text) {
      stderr.write(`${redact(text)}\n`);
    },
    pause: (milliseconds) => pause(milliseconds),
    async ask(question) {
      const { createInterface } = await import('node:readline/promises');
      const prompt = createInterface({ input: stdin, output: stderr });
      try {
        return /^y(es)?$/i.test((await prompt.question(`${question} [y/N] `)).trim());
      } finally {
        prompt.close();
      }
    },
  };
}
