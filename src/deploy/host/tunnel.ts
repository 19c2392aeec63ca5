import { Duplex, PassThrough } from 'node:stream';
import { messageOf, problem, ToolError, unknown } from '../../common/errors.ts';
import type { Host } from './host.ts';

/** Milliseconds until a connection is given up. */
const connectMs = 10_000;
/** The same for a container's own address, which is close to where it is entered from or leads nowhere. */
const nearMs = 3_000;

/** Programs that carry bytes between a port and their standard input and output, in the order in which they are tried. */
const carriers: Readonly<Record<string, (address: string, port: number) => readonly string[]>> = {
  nc: (address, port) => ['nc', address, String(port)],
  socat: (address, port) => [
    'socat',
    '-',
    `TCP:${address.includes(':') ? `[${address}]` : address}:${port},connect-timeout=10`,
  ],
  perl: (address, port) => ['perl', '-e', perlCarrier, address, String(port)],
  // A shell gives what it runs in the background an empty input, hence 4.
  bash: (address, port) => [
    'bash',
    '-c',
    'exec 3<>"/dev/tcp/$0/$1" 4<&0 || exit 1; cat <&4 >&3 & cat <&3; kill $! 2>/dev/null; exit 0',
    address,
    String(port),
  ],
};

const perlCarrier = `
use strict; use IO::Select; use Socket qw(getaddrinfo SOCK_STREAM);
my ($error, @found) = getaddrinfo($ARGV[0], $ARGV[1], { socktype => SOCK_STREAM });
die "$error\\n" if $error;
my $socket;
for my $to (@found) {
  socket($socket, $to->{family}, $to->{socktype}, $to->{protocol}) or next;
  last if connect($socket, $to->{addr});
  $error = "$!"; undef $socket;
}
die "$ARGV[0] $ARGV[1]: $error\\n" unless $socket;
my $both = IO::Select->new($socket, \\*STDIN);
sub pass { my ($from, $to) = @_; my $bytes; my $read = sysread($from, $bytes, 65536); return 0 unless $read;
  my $at = 0; while ($at < $read) { my $sent = syswrite($to, $bytes, $read - $at, $at); exit 1 unless defined $sent; $at += $sent } return 1 }
while (1) { for my $ready ($both->can_read) {
  if ($ready == $socket) { exit 0 unless pass($socket, \\*STDOUT) }
  elsif (!pass(\\*STDIN, $socket)) { $both->remove(\\*STDIN); shutdown($socket, 1) }
} }`;

/**
 * A byte stream to a port as the host sees it: through the connection to it where that forwards; of a container, its own address
 * where something listens there; else through standard input and output of a program that is run on the host.
 *
 * @throws ToolError: `problem` when nothing answers at that port, `unknown` when nothing can carry the connection. What a program
 *   carries may fail later: the stream breaks with that error.
 */
export async function reach(host: Host, address: string, port: number): Promise<Duplex> {
  const tried: string[] = [];
  const attempt = async (from: Host, to: string, milliseconds: number) => {
    try {
      return await within(milliseconds, (signal) => from.forward!(to, port, signal));
    } catch (error) {
      // The port itself was asked, and nothing answers there.
      if (from === host && error instanceof ToolError && error.kind === 'problem') throw error;
      tried.push(`${to} port ${port} from ${from.name} (${messageOf(error)})`);
      return undefined;
    }
  };
  if (host.forward) {
    const channel = await attempt(host, address, connectMs);
    if (channel) return channel;
  } else if (host.outer?.forward && /^(?:localhost|127\.[\d.]+|::1)$/.test(address)) {
    const { outer } = host;
    const [own, others] = await Promise.all([addressesOf(host), addressesOf(outer)]);
    // Both may have a bridge at the same address, as Docker makes them; from outside it is the outer one's.
    const unique = own.filter((one) => !others.includes(one));
    const channel = await firstOf(unique.map((one) => attempt(outer, one, nearMs)));
    if (channel) return channel;
  }
  return await throughProgram(host, address, port, tried);
}

/**
 * A container that is reached as a program in it reaches itself, never by its address: a server may let in less there.
 *
 * @returns undefined for a host that is no container, or has no other way
 */
export function fromWithin(host: Host): Host | undefined {
  if (host.forward || !host.outer?.forward) return undefined;
  const { outer, ...within } = host;
  return within;
}

/** The first that comes about; the others are closed. */
async function firstOf(openings: readonly Promise<Duplex | undefined>[]): Promise<Duplex | undefined> {
  const opened = openings.map(async (opening) => (await opening) ?? Promise.reject(new Error('not opened')));
  const first = await Promise.any(opened).catch(() => undefined);
  for (const opening of openings) void opening.then((channel) => channel !== first && channel?.destroy());
  return first;
}

/** A host's own IPv4 addresses. One that cannot tell them has none. */
async function addressesOf(host: Host): Promise<string[]> {
  const { code, stdout } = await host.run(['hostname', '-I'], { timeoutMs: 10_000 });
  return code === 0 ? stdout.split(/\s+/).filter((word) => /^\d+(?:\.\d+){3}$/.test(word)) : [];
}

/** A connection that comes too late is closed. */
async function within(milliseconds: number, open: (signal: AbortSignal) => Promise<Duplex>): Promise<Duplex> {
  const late = new AbortController();
  const opening = open(late.signal);
  opening.then((stream) => late.signal.aborted && stream.destroy()).catch(() => {});
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error('no answer in time'));
      late.abort();
    }, milliseconds);
  });
  return await Promise.race([opening, limit]).finally(() => clearTimeout(timer));
}

async function throughProgram(host: Host, address: string, port: number, tried: readonly string[]): Promise<Duplex> {
  const names = Object.keys(carriers);
  const found = await host.run(
    ['sh', '-c', 'for name; do command -v "$name" >/dev/null && echo "$name"; done', 'sh', ...names],
    {
      timeoutMs: 30_000,
    },
  );
  const carrier = found.stdout.split('\n').find((name) => name in carriers);
  if (!carrier)
    throw unknown(
      `Nothing in ${host.name} can carry a connection to ${address} port ${port}. Tried: ${[...tried, ...names.map((name) => `${name} (not installed)`)].join('; ')}.`,
      `Install one of ${names.join(', ')} there, or let the server listen on the container's own address.`,
    );
  return carry(host, carriers[carrier]!(address, port), `${address} port ${port} in ${host.name}`, [...tried, carrier]);
}

/** The stream; it breaks with an error when the program ends before the other side has said anything. */
function carry(host: Host, argv: readonly string[], where: string, tried: readonly string[]): Duplex {
  const stdin = new PassThrough();
  const stop = new AbortController();
  let heard = false;
  const stream = new Duplex({
    read() {},
    write(chunk, encoding, done) {
      stdin.write(chunk, encoding, done);
    },
    final(done) {
      stdin.end(done);
    },
    destroy(error, done) {
      stop.abort(new Error('The connection was closed.'));
      stdin.destroy();
      done(error);
    },
  });
  const onStdout = (chunk: Buffer) => {
    heard = true;
    stream.push(chunk);
  };
  host.run(argv, { stdin, onStdout, signal: stop.signal }).then(
    ({ code, stderr }) => {
      if (stream.destroyed) return;
      if (heard) stream.push(null);
      else
        stream.destroy(
          problem(
            `${where} cannot be reached: ${stderr.trim() || `${argv[0]} ended with ${code}`}. Tried: ${tried.join('; ')}.`,
            'Check that something listens there.',
          ),
        );
    },
    (error: unknown) => {
      if (!stream.destroyed)
        stream.destroy(
          error instanceof ToolError ? error : unknown(`${where}: the connection broke.`, 'Try again.', error),
        );
    },
  );
  return stream;
}
