import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { localHost } from '../../src/deploy/host/local.ts';
import { openHost } from '../../src/deploy/host/open.ts';
import { parseVia } from '../../src/deploy/host/via.ts';
import { readSource } from '../../src/deploy/source.ts';
import { lookCommand, methods, transfer } from '../../src/deploy/transfer/transfer.ts';

await send(process.argv[2]!);

/**
 * What a case's process does: the transfer alone, over a connection for each place, with what was computed for one serving the others;
 * without a place, one connection and one command. Ends with a line of figures on standard error.
 */
async function send(text: string): Promise<void> {
  const {
    port,
    user,
    directory,
    pins,
    source,
    staged,
    place = '',
    base,
    slow = false,
  } = JSON.parse(text) as {
    readonly port: number;
    readonly user: string;
    /** Holds the key, and a cache with the old version. */
    readonly directory: string;
    readonly pins: string;
    readonly source: string;
    readonly staged: readonly string[];
    /** What the cache knows the host by. */
    readonly place?: string;
    readonly base?: { readonly path: string; readonly sha256: string };
    /** What a deploy tells by how fast an earlier one came there. */
    readonly slow?: boolean;
  };
  const env = { PATH: process.env.PATH };
  const open = () =>
    openHost(parseVia(`ssh://127.0.0.1:${port}`), {
      ssh: {
        person: { home: directory, user },
        identities: [join(directory, 'client')],
        knownHosts: pins,
        configFiles: [],
      },
      execPrefix: [],
      env,
    });
  const local = localHost(env);
  if (staged.length === 0) {
    const host = await open();
    await host.close();
    return;
  }
  const { supply, whole } = await readSource(source, local, join(directory, 'cache'));
  // A deploy begins with what it brought to the host the last time; what it has, and that the link is slow, it reads there.
  if (base) supply.guess(place, whole);
  const hosts = await Promise.all(staged.map(open));
  if (base) void supply.delta(base.sha256, slow);
  // A deploy looks while it locks the host.
  const looking = Promise.all(hosts.map((host, index) => host.run(lookCommand(staged[index]!))));
  const { file } = await whole;
  const looked = await looking;
  const results = await Promise.all(
    hosts.map((host, index) =>
      transfer(host, {
        source: file,
        staged: staged[index]!,
        local,
        supply,
        base,
        slow,
        looked: looked[index]!,
        ...(process.env.NO_ZSTD && { methods: methods.filter((method) => method !== 'zstd' && method !== 'delta') }),
      }),
    ),
  );
  await Promise.all(hosts.map((host) => host.close()));
  await supply.close();
  const { userCPUTime, systemCPUTime } = process.resourceUsage();
  // What getrusage calls the peak counts the memory of whoever started this process, too.
  const peak = Number(/VmHWM:\s*(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))![1]);
  process.stderr.write(
    `${results[0]!.method}, rss ${Math.round(peak / 1024)} MB, CPU ${((userCPUTime + systemCPUTime) / 1e6).toFixed(2)} s\n`,
  );
}
