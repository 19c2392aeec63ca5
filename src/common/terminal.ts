import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { isatty } from 'node:tty';
import { isDiskFull } from './disk-full.ts';
import { messageOf, unknown } from './errors.ts';
import { type Io, ReaderGone } from './io.ts';
import { LiveLines } from './output/live.ts';
import { colored, harmlessStyled, plain } from './output/style.ts';
import { redact } from './redact.ts';

/** True inside a CI job. There standard output can be a terminal although nobody watches (Forgejo runner, host mode). */
export const isCi = (env: Io['env']): boolean =>
  ['CI', 'GITHUB_ACTIONS', 'FORGEJO_ACTIONS', 'GITEA_ACTIONS'].some(
    (name) => env[name] !== undefined && env[name] !== '' && env[name] !== 'false',
  );

const unwritable = (error: NodeJS.ErrnoException) =>
  unknown(
    `Standard output cannot be written: ${messageOf(error)}`,
    isDiskFull(error)
      ? 'Make room on that file system, or redirect the output to another one.'
      : 'Look at where the output is redirected to.',
    error,
  );

/** The process's own terminal. */
export function terminalIo(env: Io['env'] = process.env): Io {
  const { stdout, stderr } = process;
  const ci = isCi(env);
  const forced = env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== '0' && env.FORCE_COLOR !== '';
  const color = !env.NO_COLOR && (forced || (stdout.isTTY && !ci && env.TERM !== 'dumb'));
  // A reader that went away (`| head`) is not an error of ours, and no reason to leave work half done:
  // whoever writes next is told.
  let failure: Error | undefined;
  const failed = (error: NodeJS.ErrnoException) => {
    failure ??= error.code === 'EPIPE' ? new ReaderGone('Standard output is closed.') : unwritable(error);
  };
  stdout.on('error', failed);
  stderr.on('error', () => {});
  // Not process.stdin.isTTY: that opens the input, which most commands never read.
  const interactive = Boolean(isatty(0) && stderr.isTTY && !ci);
  const live = interactive && env.TERM !== 'dumb' ? new LiveLines(stderr) : undefined;
  return {
    env,
    view: {
      layout: stdout.isTTY || ci ? 'aligned' : 'tsv',
      style: color ? colored : plain,
      columns: (stdout.isTTY && !ci && stdout.columns) || Number.POSITIVE_INFINITY,
    },
    interactive,
    async write(text) {
      if (failure) throw failure;
      await new Promise<void>((resolve, reject) =>
        stdout.write(text, (error) => (error ? reject(error) : resolve())),
      ).catch(failed);
      if (failure) throw failure;
    },
    note(text) {
      const line = harmlessStyled(redact(text));
      if (live) live.above(line);
      else stderr.write(`${line}\n`);
    },
    ...(live && { live: (lines: readonly string[]) => live.show(lines.map(redact)) }),
    pause: (milliseconds) => pause(milliseconds),
    async ask(question) {
      const { createInterface } = await import('node:readline/promises');
      const prompt = createInterface({ input: process.stdin, output: stderr });
      try {
        // The end of the input, or Ctrl-C, is no answer; without this the question would stay open for ever.
        const ended = once(prompt, 'close').then(() => '');
        const answer = await Promise.race([prompt.question(`${harmlessStyled(question)} [y/N] `), ended]);
        return /^y(es)?$/i.test(answer.trim());
      } finally {
        prompt.close();
      }
    },
  };
}
