import type { ClientChannel } from 'ssh2';
import { messageOf, problem, unknown } from '../../../common/errors.ts';
import { quoteAll } from '../../../common/quote.ts';
import type { RunOptions, RunResult } from '../host.ts';
import { Output } from '../output.ts';
import { feed, shorten, timeOut } from '../process.ts';
import type { Link } from './link.ts';

/** Linux hands no argument longer than 32 pages to a program, and a command line over SSH is one argument of the login shell. */
const longestLine = 32 * 4096 - 1;

/**
 * Runs a command on a channel of its own.
 *
 * @throws ToolError of kind `unknown`; whatever `stdin` failed with; the reason of `signal`
 */
export async function exec(link: Link, argv: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  // The login shell steps aside: the command's own exit, signal and pid are what the server sees, and no word of it is a keyword or assignment.
  const line = `exec ${quoteAll(argv)}`;
  if (argv.length === 0) throw new TypeError('An argument list needs a program.');
  if (Buffer.byteLength(line) > longestLine)
    throw problem(
      `A command line of ${Buffer.byteLength(line)} bytes does not fit through SSH: ${shorten(line)}`,
      `Keep it under ${longestLine} bytes, or pass the data on standard input.`,
    );
  options.signal?.throwIfAborted();

  return await new Promise((resolve, reject) => {
    const output = new Output();
    let channel: ClientChannel | undefined;
    let exit: Pick<RunResult, 'code' | 'signal'> | undefined;
    let settled = false;

    const settle = () => {
      const first = !settled;
      settled = true;
      clearTimeout(timer);
      options.signal?.removeEventListener('abort', onAbort);
      stopWaiting();
      return first;
    };
    const fail = (error: unknown) => {
      if (!settle()) return;
      end(channel);
      if (options.stdin && 'destroy' in options.stdin) options.stdin.destroy();
      reject(error);
    };
    const onAbort = () => fail(options.signal?.reason);
    const guarded = (take: (chunk: Buffer) => void) => (chunk: Buffer) => {
      try {
        if (!settled) take(chunk);
      } catch (error) {
        fail(error);
      }
    };
    const timer =
      options.timeoutMs === undefined
        ? undefined
        : setTimeout(() => fail(timeOut(argv, options.timeoutMs!, `on ${link.name}`)), options.timeoutMs);
    options.signal?.addEventListener('abort', onAbort, { once: true });
    let stopWaiting = () => {};
    stopWaiting = link.onLost(fail);
    if (settled) return;

    const begin = (error: Error | undefined, opened: ClientChannel) => {
      if (error) return fail(link.lost ?? refused(error, link.name));
      if (settled) return end(opened);
      channel = opened;
      opened.on('exit', (code: number | null, signal?: string) => {
        exit = { code, signal: signal === undefined ? null : `SIG${signal.replace(/^SIG/, '')}` };
      });
      opened.on('data', guarded(options.onStdout ?? ((chunk) => output.addStdout(chunk))));
      opened.stderr.on(
        'data',
        guarded((chunk) => output.addStderr(chunk)),
      );
      opened.on('close', () => {
        if (!exit) return fail(link.lost ?? noExit(argv, link.name));
        if (settle()) resolve({ ...exit, stdout: output.stdout, stderr: output.stderr });
      });
      feed(options.stdin, opened).catch(fail);
    };
    try {
      // Servers that accept LC_* speak the same language as local programs then.
      link.use((client) => client.exec(line, { env: { LC_ALL: 'C' } }, begin));
    } catch (error) {
      fail(error);
    }
  });
}

/**
 * Ends a command that nobody waits for any more. The signal goes first: an early end of its input might look like success to it.
 * ssh2 sends none once the input has ended, and not every server delivers it.
 */
function end(channel: ClientChannel | undefined): void {
  if (!channel) return;
  channel.on('error', () => {});
  channel.signal('KILL');
  channel.close();
}

const refused = (error: Error, name: string) =>
  unknown(
    `${name} starts no command: ${messageOf(error)}`,
    'See MaxSessions and ForceCommand in its sshd_config, and whether the account has a login shell.',
    error,
  );

const noExit = (argv: readonly string[], name: string) =>
  unknown(
    `${name} did not say how the command ended: ${shorten(quoteAll(argv))}`,
    'The server, or its machine, may have gone down meanwhile; look there before running it again.',
  );
