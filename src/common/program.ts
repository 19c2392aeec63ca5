import { type ChildProcess, spawn } from 'node:child_process';
import { unknown } from './errors.ts';
import { whenInterrupted } from './interrupted.ts';

// @actions/exec runs programs from argument lists too, but has no way to end one: it hands out neither the process nor a
// signal, so a hanging `git fetch` (and the ssh or git-remote-https below it) could only be abandoned. It also can't run a
// program in its own session, which is what keeps ssh and git from asking questions on the terminal. Hence node:child_process.

export interface ProgramOptions {
  readonly cwd?: string;
  /** The whole environment; the settings of `quietEnvironment` are laid over it. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Milliseconds after which the program and everything it started is ended. */
  readonly timeoutMs: number;
  /** Given to standard input, which is empty otherwise. */
  readonly input?: string | Uint8Array;
  /** Takes standard output piece by piece, as it comes; `stdout` of the result stays empty then. */
  readonly onLine?: (line: string) => void;
  /** What ends a piece for `onLine`: a newline unless told otherwise (`\0` for git's `-z`). */
  readonly separator?: string;
}

export interface ProgramResult {
  /** null when a signal ended it. */
  readonly exitCode: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
  readonly timedOut: boolean;
}

/** Messages in English, so that they can be recognised, and no program that stops to ask for something. */
export const quietEnvironment = {
  LC_ALL: 'C',
  LANGUAGE: '',
  GIT_TERMINAL_PROMPT: '0',
  GCM_INTERACTIVE: 'Never',
  // Empty, not absent: git then looks no further (core.askPass, SSH_ASKPASS).
  GIT_ASKPASS: '',
  SSH_ASKPASS: '',
  SSH_ASKPASS_REQUIRE: 'never',
} as const;

/** Standard error is kept for messages; what goes beyond this many characters is dropped from its beginning. */
const stderrLimit = 64 * 1024;
const graceMs = 2_000;

/**
 * Runs a local program without a shell, silently.
 * It never fails because of an exit code: that is part of the answer.
 *
 * @param argv the program and its arguments
 * @throws ToolError (unknown) when the program cannot be started
 */
export function runProgram(argv: readonly [string, ...string[]], options: ProgramOptions): Promise<ProgramResult> {
  const [program, ...args] = argv;
  return new Promise((resolve, reject) => {
    const child = start(() =>
      spawn(program, args, {
        cwd: options.cwd,
        env: { ...options.env, ...quietEnvironment },
        stdio: ['pipe', 'pipe', 'pipe'],
        // Its own session and process group: no terminal to ask on, and one signal reaches all it started.
        detached: true,
      }),
    );
    let timedOut = false;
    let kill: NodeJS.Timeout | undefined;
    const limit = setTimeout(() => {
      timedOut = true;
      signalGroup(child, 'SIGTERM');
      kill = setTimeout(() => signalGroup(child, 'SIGKILL'), graceMs);
    }, options.timeoutMs);
    const done = () => {
      clearTimeout(limit);
      clearTimeout(kill);
      ended(child);
    };

    const chunks: Buffer[] = [];
    const finishLines = options.onLine && pieces(child, options.separator ?? '\n', options.onLine);
    if (!options.onLine) child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr = (stderr + text).slice(-stderrLimit);
    });
    // A program that does not read its input closes it; its exit code tells the rest.
    child.stdin.on('error', () => {});
    child.stdin.end(options.input);

    child.on('error', (error: NodeJS.ErrnoException) => {
      done();
      reject(
        unknown(
          `Cannot run ${program}: ${error.code === 'ENOENT' ? missing(options.cwd) : error.message}`,
          `Install ${program}, or check PATH.`,
          error,
        ),
      );
    });
    child.on('close', (exitCode) => {
      done();
      finishLines?.();
      resolve({ exitCode, stdout: Buffer.concat(chunks), stderr, timedOut });
    });
  });
}

const missing = (cwd: string | undefined): string =>
  `there is no such program${cwd === undefined ? '' : ` (or no directory ${cwd})`}`;

function pieces(child: ChildProcess, separator: string, take: (line: string) => void): () => void {
  let rest = '';
  child.stdout!.setEncoding('utf8').on('data', (text: string) => {
    const parts = (rest + text).split(separator);
    rest = parts.pop()!;
    for (const part of parts) take(part);
  });
  return () => {
    if (rest !== '') take(rest);
  };
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // Gone already.
  }
}

// A program in its own session does not hear the terminal's Ctrl-C; it must not outlive us all the same.
const running = new Set<ChildProcess>();
let ignoreInterrupts = () => {};

/** Listens before the program runs: until `spawn` returns, the program may be at work for many milliseconds. */
function start<Child extends ChildProcess>(launch: () => Child): Child {
  if (running.size === 0)
    ignoreInterrupts = whenInterrupted(() => {
      for (const child of running) signalGroup(child, 'SIGTERM');
    });
  try {
    const child = launch();
    running.add(child);
    return child;
  } catch (error) {
    stopListening();
    throw error;
  }
}

function ended(child: ChildProcess): void {
  running.delete(child);
  stopListening();
}

function stopListening(): void {
  if (running.size === 0) ignoreInterrupts();
}
