import { spawn } from 'node:child_process';
import type { Writable } from 'node:stream';
import { unknown } from '../../common/errors.ts';
import { quoteAll } from '../../common/quote.ts';
import type { RunOptions, RunResult } from './host.ts';
import { Output } from './output.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Runs a local program to its end. A program that is not there, or may not be run, ends with 127 or 126 as in a shell,
 * so that a caller handles it alike on every host.
 *
 * @throws ToolError of kind `unknown` after a time-out; whatever `stdin` failed with; the reason of `signal`.
 */
export async function runProcess(
  argv: readonly string[],
  env: Environment,
  options: RunOptions = {},
): Promise<RunResult> {
  const [program, ...rest] = argv;
  if (program === undefined || program === '') throw new TypeError('An argument list needs a program.');
  options.signal?.throwIfAborted();

  return await new Promise((resolve, reject) => {
    const child = spawn(program, rest, { env: { ...env, LC_ALL: 'C' }, stdio: ['pipe', 'pipe', 'pipe'] });
    const output = new Output();
    let failure: { error: unknown } | undefined;

    /** Ends it at once. Its pipes go too: a grandchild that keeps them open must not keep us waiting. */
    const fail = (error: unknown) => {
      failure ??= { error };
      child.kill('SIGKILL');
      if (options.stdin && 'destroy' in options.stdin) options.stdin.destroy();
      child.stdin.destroy();
      child.stdout.destroy();
      child.stderr.destroy();
    };
    const guarded = (take: (chunk: Buffer) => void) => (chunk: Buffer) => {
      try {
        take(chunk);
      } catch (error) {
        fail(error);
      }
    };
    const onAbort = () => fail(options.signal?.reason);
    options.signal?.addEventListener('abort', onAbort, { once: true });
    const timer =
      options.timeoutMs === undefined
        ? undefined
        : setTimeout(() => fail(timeOut(argv, options.timeoutMs!, 'on this machine')), options.timeoutMs);
    const done = () => {
      clearTimeout(timer);
      options.signal?.removeEventListener('abort', onAbort);
    };

    child.stdout.on('data', guarded(options.onStdout ?? ((chunk) => output.addStdout(chunk))));
    child.stderr.on(
      'data',
      guarded((chunk) => output.addStderr(chunk)),
    );
    child.on('error', (error: NodeJS.ErrnoException) => {
      done();
      if (failure) return reject(failure.error);
      const code = { ENOENT: 127, EACCES: 126, ENOEXEC: 126 }[error.code ?? ''];
      if (code === undefined) reject(unknown(`${program} could not be started: ${error.message}`, startFix, error));
      else resolve({ code, signal: null, stdout: '', stderr: `${program}: ${reasons[error.code!]}\n` });
    });
    child.on('close', (code, signal) => {
      done();
      if (failure) reject(failure.error);
      else resolve({ code, signal, stdout: output.stdout, stderr: output.stderr });
    });
    feed(options.stdin, child.stdin).catch(fail);
  });
}

const startFix = 'Check that the program can be run here, with arguments of that length.';
const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'not found',
  EACCES: 'permission denied',
  ENOEXEC: 'exec format error',
};

/**
 * Gives a command its standard input, no faster than it reads. A command that ends before it has read everything is no error;
 * a source that fails is, and then `target` is left open for the caller to break.
 */
export async function feed(stdin: RunOptions['stdin'], target: Writable): Promise<void> {
  target.on('error', () => {});
  if (stdin === undefined || stdin instanceof Uint8Array) {
    target.end(stdin ?? Buffer.alloc(0));
    return;
  }
  let gone = false;
  const leave = () => {
    gone = true;
    stdin.destroy();
  };
  target.once('error', leave);
  target.once('close', leave);
  try {
    for await (const chunk of stdin) {
      if (gone) return;
      if (!target.write(chunk)) await writable(target);
    }
  } catch (error) {
    if (!gone) throw error;
  }
  if (!gone) target.end();
}

function writable(target: Writable): Promise<void> {
  return new Promise((resolve) => {
    const events = ['drain', 'error', 'close'] as const;
    const done = () => {
      for (const event of events) target.off(event, done);
      resolve();
    };
    for (const event of events) target.on(event, done);
  });
}

/** The error of a command that took too long. */
export const timeOut = (argv: readonly string[], timeoutMs: number, where: string) =>
  unknown(
    `No end after ${timeoutMs / 1000} s ${where}: ${shorten(quoteAll(argv))}`,
    'See what it waits for there (disk, lock, a prompt), or allow more time.',
  );

/** The beginning of a command line, enough to recognise it. */
export const shorten = (line: string, length = 160): string =>
  line.length <= length ? line : `${line.slice(0, length)}…`;
