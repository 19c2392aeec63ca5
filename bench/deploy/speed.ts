/**
 * How fast a deploy is, beside scp, rsync -z, zstd | ssh and the runbook's order: real programs over a link with a rate and a delay,
 * in alternating order, medians, every result compared by sha256. Each case is a process of its own: its start and its handshakes
 * count. It ends with a table of what is to be reached and what was.
 */
import { execFileSync } from 'node:child_process';
import { appendFile, copyFile, mkdir, mkdtemp, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { nodeBinary } from '../../scripts/nodes.mjs';
import { quote, quoteAll } from '../../src/common/quote.ts';
import { ReleaseCache } from '../../src/deploy/transfer/cache.ts';
import { hashFile } from '../../src/deploy/transfer/hash.ts';
import { deployCommand } from '../../test/support/deploy-command.ts';
import { type Relay, startRelay } from '../../test/support/relay.ts';
import { buildService, versionAt } from '../../test/support/service.ts';
import { freePort, type Sshd, startSshd } from '../../test/support/sshd.ts';
import { largeExecutable, largeProgram, rebuiltProgram, type Versions } from './inputs.ts';
import { type Case, median, printRows, type Row, race, runCase } from './race.ts';

const parts = ['first', 'large', 'rebuilt', 'slow', 'unchanged', 'answer', 'fleet', 'down', 'memory'] as const;
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    /** Two versions of one program; without them a large one of this machine, with 1 % of its blocks changed. */
    old: { type: 'string' },
    new: { type: 'string', default: largeExecutable() },
    part: { type: 'string', multiple: true, default: [...parts] },
  },
});

await compare();

/** A host behind a link, and how programs are told to reach it. */
interface Way {
  readonly sshd: Sshd;
  readonly relay: Relay;
  readonly pins: string;
  readonly ssh: readonly string[];
  /** `user@host`, for scp and rsync. */
  readonly at: string;
  scp(from: string, to: string): string[];
  /** This toolkit's transfer alone, to one place or several on the host. */
  ours(
    source: string,
    staged: readonly string[],
    base?: { path: string; sha256: string },
    how?: { node?: string; slow?: boolean },
  ): string[];
}

async function openWay(sshd: Sshd, link: { delayMs: number; rate: number; oneLink?: boolean }): Promise<Way> {
  const relay = await startRelay({ to: sshd, ...link });
  const pins = join(sshd.directory, `pins-${relay.port}`);
  await writeFile(pins, sshd.knownHosts.replaceAll(`:${sshd.port}`, `:${relay.port}`));
  const options = ['-F', '/dev/null', '-i', sshd.keyPath, '-o', `UserKnownHostsFile=${pins}`, '-o', 'BatchMode=yes'];
  const at = `${sshd.user}@127.0.0.1`;
  return {
    sshd,
    relay,
    pins,
    ssh: ['ssh', '-p', String(relay.port), ...options],
    at,
    scp: (from, to) => ['scp', '-q', '-P', String(relay.port), ...options, from, `${at}:${to}`],
    ours: (source, staged, base, { node = process.execPath, slow = false } = {}) => [
      node,
      process.env.BENCH_SEND!,
      JSON.stringify({
        port: relay.port,
        user: sshd.user,
        directory: sshd.directory,
        pins,
        source,
        staged,
        place: dirname(staged[0] ?? ''),
        base,
        slow,
      }),
    ],
  };
}

async function compare(): Promise<void> {
  const place = await mkdtemp(join(tmpdir(), 'speed-'));
  // What the account's own ~/.bashrc takes would be measured with every command.
  const sshd = await startSshd({ config: [`SetEnv HOME=${place}`] });
  const rows: Row[] = [];
  const ways: Way[] = [];
  const way = async (mbit: number, delayMs: number, oneLink = false) => {
    const made = await openWay(sshd, { delayMs, rate: (mbit * 1e6) / 8, oneLink });
    ways.push(made);
    return made;
  };
  const wants = (...names: (typeof parts)[number][]) => names.some((name) => values.part.includes(name));
  try {
    const large = await largeProgram(place, values.new, values.old);
    const { size } = await stat(large.next);
    console.log(
      `${values.new}, ${(size / 1e6).toFixed(1)} MB, 100 Mbit/s and 40 ms, ${values.rounds} rounds, Node ${process.versions.node}`,
    );
    if (wants('first', 'large', 'rebuilt')) rows.push(...(await transfers(await way(100, 20), place, large)));
    if (wants('slow')) rows.push(await slowLink(await way(10, 20), place));
    if (wants('fleet')) rows.push(...(await fleet(await way(400, 50, true), place, large)));
    if (wants('unchanged', 'answer', 'down')) rows.push(...(await redeploys(await way(100, 20), way, place, large)));
    if (wants('memory')) rows.push(...(await memory(await way(10_000, 0), place, large)));
    printRows(rows);
  } finally {
    for (const { relay } of ways) await relay.close();
    await sshd.stop();
    await rm(place, { recursive: true, force: true, maxRetries: 5 }).catch(() => {});
  }
}

function settings(relay: Relay) {
  return { rounds: Number(values.rounds), relay };
}

function same(path: string, sha256: string) {
  return async () => {
    if ((await hashFile(path)).sha256 !== sha256) throw new Error(`${path}: other bytes arrived.`);
  };
}

/** One file to one host: for the first time, and as the next version of what is there. */
async function transfers(way: Way, place: string, large: Versions): Promise<Row[]> {
  const { relay, ssh, at, scp, ours, sshd } = way;
  const rows: Row[] = [];
  const [target, staged] = [join(place, 'target'), join(place, 'staged')];
  const remote = (line: string) => quoteAll([...ssh, at, line]);
  const others = async ({ before, next }: Versions, present: boolean) => {
    const to = (await hashFile(next)).sha256;
    const prepare = async () => {
      await rm(staged, { force: true });
      await rm(target, { force: true });
      if (present) await copyFile(before, target);
    };
    const made = (name: string, argv: readonly string[], path = staged): Case => ({
      name,
      argv,
      prepare,
      check: same(path, to),
    });
    return {
      made,
      cases: [
        made('scp', scp(next, staged)),
        made('rsync -z', ['rsync', '-z', '-e', quoteAll(ssh), next, `${at}:${target}`], target),
        made('zstd -3 | ssh zstd -d', [
          'sh',
          '-c',
          `zstd -qc -3 -T2 ${quote(next)} | ${remote(`zstd -dqc >${quote(staged)}`)}`,
        ]),
      ],
    };
  };
  if (values.part.includes('first')) {
    const { made, cases } = await others(large, false);
    // As an action it has no native part; the oldest Node has no zstd of its own.
    const bundle = join(place, 'bundle.mjs');
    await copyFile(process.env.BENCH_SEND!, bundle);
    const action = ours(large.next, [staged], undefined, { node: nodeBinary(20) }).with(1, bundle);
    const figure = await race(
      'first deploy, transfer with verification',
      [
        ...cases,
        made('deploy-binary', ours(large.next, [staged])),
        made('as an action, Node 20', action),
        made('as an action, Node 20, no zstd', ['env', 'NO_ZSTD=1', ...action]),
      ],
      settings(relay),
    );
    const scpSeconds = figure('scp').seconds;
    const beside = `rsync -z ${(figure('rsync -z').seconds / scpSeconds).toFixed(2)}, zstd | ssh ${(figure('zstd -3 | ssh zstd -d').seconds / scpSeconds).toFixed(2)}`;
    for (const name of ['deploy-binary', 'as an action, Node 20', 'as an action, Node 20, no zstd'])
      rows.push({
        what: `first deploy, A${name === 'deploy-binary' ? '' : `, ${name}`}`,
        reach: '<= 0.40 x scp',
        most: 0.4,
        reached: figure(name).seconds / scpSeconds,
        beside,
      });
  }
  for (const [part, name, most, share, of] of [
    ['large', 'A', 0.13, 0.1, async () => large],
    ['rebuilt', 'B', 0.33, 0.6, rebuiltProgram],
  ] as const) {
    if (!values.part.includes(part)) continue;
    const versions = await of();
    const old = await hashFile(versions.before);
    const from = old.sha256;
    await new ReleaseCache(join(sshd.directory, 'cache')).keep(old, place);
    const { made, cases } = await others(versions, true);
    const figure = await race(
      `the next version of ${name} (${((await stat(versions.next)).size / 1e6).toFixed(1)} MB), transfer with verification`,
      [
        ...cases,
        made('zstd --patch-from | ssh', [
          'sh',
          '-c',
          `zstd -qc -3 --patch-from=${quote(versions.before)} ${quote(versions.next)} 2>&- | ${remote(`zstd -dqc --long=31 --patch-from=${quote(target)} >${quote(staged)}`)}`,
        ]),
        made('deploy-binary', ours(versions.next, [staged], { path: target, sha256: from })),
      ],
      settings(relay),
    );
    const [scpFigure, rsync, mine] = [figure('scp'), figure('rsync -z'), figure('deploy-binary')];
    rows.push(
      {
        what: `redeploy, ${name}`,
        reach: `<= ${most} x scp`,
        most,
        reached: mine.seconds / scpFigure.seconds,
        beside: `rsync -z ${(rsync.seconds / scpFigure.seconds).toFixed(2)}, patch-from | ssh ${(figure('zstd --patch-from | ssh').seconds / scpFigure.seconds).toFixed(2)}`,
      },
      {
        what: `redeploy, ${name}, bytes`,
        reach: `<= ${share} x rsync -z`,
        most: share,
        reached: mine.sent / rsync.sent,
        beside: `rsync -z ${(rsync.sent / 1e6).toFixed(2)} MB`,
      },
    );
  }
  return rows;
}

/** The next version of B over a link where bytes are dear. */
async function slowLink({ relay, ssh, at, ours, sshd }: Way, place: string): Promise<Row> {
  const { before, next } = await rebuiltProgram();
  const [old, { sha256: to }] = [await hashFile(before), await hashFile(next)];
  await new ReleaseCache(join(sshd.directory, 'cache')).keep(old, place);
  const [target, staged] = [join(place, 'target'), join(place, 'staged')];
  const prepare = async () => {
    await rm(staged, { force: true });
    await rm(target, { force: true });
    await copyFile(before, target);
  };
  const figure = await race(
    'the next version of B over 10 Mbit/s',
    [
      {
        name: 'rsync -z',
        argv: ['rsync', '-z', '-e', quoteAll(ssh), next, `${at}:${target}`],
        prepare,
        check: same(target, to),
      },
      {
        name: 'deploy-binary',
        argv: ours(next, [staged], { path: target, sha256: old.sha256 }, { slow: true }),
        prepare,
        check: same(staged, to),
      },
    ],
    settings(relay),
  );
  const [rsync, mine] = [figure('rsync -z'), figure('deploy-binary')];
  return {
    what: 'redeploy, B, bytes, 10 Mbit/s',
    reach: '<= 0.25 x rsync -z',
    most: 0.25,
    reached: mine.sent / rsync.sent,
    beside: `rsync -z ${(rsync.sent / 1e6).toFixed(2)} MB in ${rsync.seconds.toFixed(1)} s, this in ${mine.seconds.toFixed(1)} s`,
  };
}

/** Four places at once over one long fat link. */
async function fleet(way: Way, place: string, { next }: Versions): Promise<Row[]> {
  const { relay, scp, ours } = way;
  const { sha256 } = await hashFile(next);
  const staged = ['a', 'b', 'c', 'd'].map((name) => join(place, `staged-${name}`));
  const prepare = async () => {
    for (const path of staged) await rm(path, { force: true });
  };
  const check = async () => {
    for (const path of staged) await same(path, sha256)();
  };
  const figure = await race(
    '4 hosts at once, one link of 400 Mbit/s and 100 ms',
    [
      {
        name: '4 x scp in parallel',
        argv: [
          'sh',
          '-c',
          `${staged.map((path, index) => `${quoteAll(scp(next, path))} & p${index}=$!`).join('; ')}; wait $p0 && wait $p1 && wait $p2 && wait $p3`,
        ],
        prepare,
        check,
      },
      { name: 'connect', argv: ours('', []) },
      { name: 'deploy-binary', argv: ours(next, staged), prepare, check },
    ],
    settings(relay),
  );
  const mine = figure('deploy-binary');
  const least = mine.sent / 50e6 + figure('connect').seconds;
  return [
    {
      what: '4 hosts at once, 400 Mbit/s, 100 ms',
      reach: '<= 1.2 x (bytes/rate + connect)',
      most: 1.2,
      reached: mine.seconds / least,
      beside: `4 scp ${(figure('4 x scp in parallel').seconds / mine.seconds).toFixed(2)} x as long as this; limit ${least.toFixed(1)} s`,
    },
  ];
}

/** The whole command: check, transfer, swap, restart, proof. */
async function redeploys(
  { sshd, relay, pins, ssh, at, scp }: Way,
  open: (mbit: number, delayMs: number) => Promise<Way>,
  place: string,
  { before, next }: Versions,
): Promise<Row[]> {
  const rows: Row[] = [];
  const port = await freePort();
  const home = join(place, 'bin');
  await mkdir(home);
  const target = join(home, 'service');
  const versions = await Promise.all(
    (['one', 'two'] as const).map(async (version, index) => {
      const path = join(place, version);
      // A program may have anything behind its end.
      await copyFile(await buildService({ version }), path);
      await appendFile(path, await readFile(index === 0 ? before : next));
      return path;
    }),
  );
  const start = `cd ${quote(home)}; nohup ./service ${port} >/dev/null 2>&1 </dev/null &`;
  const stop = `pkill -xf './service ${port}'`;
  const command = await deployCommand();
  const env = { HOME: join(place, 'home'), XDG_CACHE_HOME: join(place, 'cache') };
  const words = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  const run = (source: string, way: { pins: string; relay: Relay } = { pins, relay }, ...extra: string[]) => [
    ...['env', ...words, process.execPath, command, 'run', '--source', source, '--target', target],
    ...['--host', `${at}:${way.relay.port}`, '--identity', sshd.keyPath, '--known-hosts', way.pins],
    ...['--restart', 'process', '--command', `./service ${port}`, '--quiet', '--settle', '0s'],
    ...['--health-url', `http://127.0.0.1:${port}/api/health`, '--health-samples', '1', ...extra],
  ];
  // All begin with the old version running, deployed by this tool.
  const prepare = async () => void (await runCase(run(versions[0]!, undefined, '--force')));
  const check = async () => {
    const present = await versionAt(port);
    if (present !== 'two') throw new Error(`${present} answers, not two`);
  };
  const poll = `until curl -sf http://127.0.0.1:${port}/api/health | grep -q two; do sleep 0.05; done`;
  /** The new version answers before the command has proven it and said so. */
  const untilAnswer = async (work: () => Promise<string>) => {
    const begun = performance.now();
    let over = false;
    const answered = (async () => {
      while (!over && (await versionAt(port)) !== 'two') await sleep(20);
      return (performance.now() - begun) / 1000;
    })();
    await work().finally(() => {
      over = true;
    });
    return await answered;
  };
  try {
    if (values.part.includes('answer')) {
      const archive = join(place, 'a.tgz');
      const figure = await race(
        'redeploy, from its start to the first answer of the new version',
        [
          {
            name: 'scp-action, then ssh-action',
            // Their connections: version, upload, mkdir, untar, rm; then the script.
            argv: [
              'sh',
              '-ec',
              [
                `tar czf ${archive} -C ${place} --transform s/two/service/ two`,
                quoteAll([...ssh, at, 'true']),
                quoteAll(scp(archive, '/tmp/bench.tgz')),
                quoteAll([...ssh, at, `mkdir -p ${home}`]),
                quoteAll([...ssh, at, `tar xzf /tmp/bench.tgz -C ${home}`]),
                quoteAll([...ssh, at, 'rm -f /tmp/bench.tgz']),
                quoteAll([...ssh, at, `${stop}; sleep 0.1; ${start}`]),
                poll,
              ].join('; '),
            ],
            prepare,
            check,
          },
          { name: 'deploy-binary run', argv: run(versions[1]!), prepare, check, measure: untilAnswer },
        ],
        settings(relay),
      );
      const theirs = figure('scp-action, then ssh-action').seconds;
      rows.push({
        what: 'redeploy, A, until its first answer',
        reach: '<= 0.25 x scp-action, ssh-action',
        most: 0.25,
        reached: figure('deploy-binary run').seconds / theirs,
        beside: `they take ${theirs.toFixed(1)} s`,
      });
    }
    if (values.part.includes('down')) {
      /** The longest time without a good answer, asked every 5 ms beside the run. */
      const measure = async (work: () => Promise<string>) => {
        const watch = watchService(port);
        await work();
        return (await watch.end()) / 1000;
      };
      const figure = await race(
        'service down, measured by polling it',
        [
          {
            name: "the runbook's order (kill, scp, chown, start)",
            argv: [
              'sh',
              '-ec',
              // Its own pause behind the kill, and a copy that is not refused.
              `${quoteAll([...ssh, at, `${stop}; sleep 2; rm -f ${target}`])}; ${quoteAll(scp(versions[1]!, target))}; ${quoteAll([...ssh, at, `chown ${sshd.user} ${target}`])}; ${quoteAll([...ssh, at, start])}; ${poll}`,
            ],
            prepare,
            check,
            measure,
          },
          {
            name: 'its own stop and start',
            argv: [
              'sh',
              '-ec',
              `cp ${versions[1]} ${target}.new; mv -f ${target}.new ${target}; ${stop}; while pgrep -xf './service ${port}' >/dev/null; do :; done; ${start} ${poll}`,
            ],
            prepare,
            check,
            measure,
          },
          { name: 'deploy-binary run', argv: run(versions[1]!), prepare, check, measure },
        ],
        settings(relay),
      );
      const [book, own, mine] = [
        figure("the runbook's order (kill, scp, chown, start)").seconds,
        figure('its own stop and start').seconds,
        figure('deploy-binary run').seconds,
      ];
      rows.push(
        {
          what: 'service down, beyond its stop and start',
          reach: '<= 300 ms',
          most: 300,
          reached: Math.max(0, (mine - own) * 1000),
          beside: `its stop and start ${(own * 1000).toFixed(0)} ms`,
        },
        {
          what: 'service down',
          reach: "<= 0.1 x the runbook's order",
          most: 0.1,
          reached: mine / book,
          beside: `the runbook's order ${book.toFixed(1)} s`,
        },
      );
    }
    if (values.part.includes('unchanged')) {
      await runCase(run(versions[1]!));
      // What another second of delay costs, beside what it costs to connect.
      const seconds = async (argv: readonly string[]) => {
        const begun = performance.now();
        await runCase(argv);
        return (performance.now() - begun) / 1000;
      };
      const [near, far] = [await open(100, 0), await open(100, 500)];
      const turns: number[] = [];
      for (let round = 0; round < Number(values.rounds); round += 1)
        turns.push(
          (await seconds(run(versions[1]!, far))) -
            (await seconds(run(versions[1]!, near))) -
            ((await seconds(far.ours('', []))) - (await seconds(near.ours('', [])))),
        );
      rows.push({
        what: 'nothing changed, round trips after connecting',
        reach: '<= 2',
        most: 2.5,
        reached: median(turns),
        beside: `rounds ${turns.map((turn) => turn.toFixed(2)).join(', ')}`,
      });
    }
  } finally {
    execFileSync('sh', ['-c', `${stop}; true`]);
  }
  return rows;
}

/** Asks a service over and over; what `end` answers is the longest time in milliseconds between two good answers. */
function watchService(port: number): { end(): Promise<number> } {
  let last = performance.now();
  let longest = 0;
  let over = false;
  const ask = () =>
    new Promise<void>((resolve) => {
      const asked = request(
        { host: '127.0.0.1', port, path: '/api/health', agent: false, timeout: 1_000 },
        (answer) => {
          answer.resume();
          answer.on('end', () => {
            const now = performance.now();
            if (answer.statusCode === 200) [longest, last] = [Math.max(longest, now - last), now];
            resolve();
          });
          answer.on('error', () => resolve());
        },
      );
      asked.on('error', () => resolve());
      asked.on('timeout', () => asked.destroy());
      asked.end();
    });
  const watching = (async () => {
    while (!over) {
      await ask();
      await sleep(5);
    }
  })();
  return {
    async end() {
      over = true;
      await watching;
      return longest;
    },
  };
}

/** What the tool's process takes at most: a file of 200 MB and one of a gigabyte, without a delta. */
async function memory(way: Way, place: string, { next }: Versions): Promise<Row[]> {
  const path = join(place, 'gigabyte');
  const bytes = await readFile(next);
  await writeFile(path, '');
  while ((await stat(path)).size < 2 ** 30) await appendFile(path, bytes);
  const rows: Row[] = [];
  for (const megabytes of [1_000, 200]) {
    await truncate(path, megabytes * 1e6);
    const staged = join(place, 'staged');
    const said = await runCase(way.ours(path, [staged]));
    await same(staged, (await hashFile(path)).sha256)();
    await rm(staged);
    rows.push({
      what: `memory, ${megabytes} MB without delta`,
      reach: '<= 200 MB',
      most: 200,
      reached: Number(/rss (\d+)/.exec(said)![1]),
      beside: '',
    });
  }
  return rows;
}
