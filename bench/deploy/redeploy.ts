/**
 * Brings the next version of a large executable to a host that runs the one before, over a link of 100 Mbit/s and 40 ms, with scp,
 * rsync -z, zstd | ssh (whole, and as a delta) and this toolkit, in alternating order, and prints medians beside each other. Then a
 * whole redeploy with a restart and the first answer, beside the runbook's order; and one where nothing has changed.
 * Every result is compared by sha256, and each case is a process of its own: its start and its handshakes count.
 */
import { execFileSync, spawn } from 'node:child_process';
import { appendFileSync, copyFileSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, open, rm, stat, writeFile } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { quote, quoteAll } from '../../src/common/quote.ts';
import { localHost } from '../../src/deploy/host/local.ts';
import { openHost } from '../../src/deploy/host/open.ts';
import { parseVia } from '../../src/deploy/host/via.ts';
import { hashFile } from '../../src/deploy/transfer/hash.ts';
import { Supply } from '../../src/deploy/transfer/supply.ts';
import { transfer } from '../../src/deploy/transfer/transfer.ts';
import { deployCommand } from '../../test/support/deploy-command.ts';
import { startRelay } from '../../test/support/relay.ts';
import { buildService, versionAt } from '../../test/support/service.ts';
import { freePort, startSshd } from '../../test/support/sshd.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '3' },
    /** Two versions of one program; without them Node itself, with 1 % of its blocks changed. */
    old: { type: 'string' },
    new: { type: 'string', default: process.execPath },
    /** Mbit/s. */
    rate: { type: 'string', default: '100' },
    /** Only these besides scp. */
    case: { type: 'string', multiple: true },
    /** send, run. */
    part: { type: 'string', multiple: true, default: ['send', 'run'] },
  },
});

if (positionals[0] === 'send') await send(positionals.slice(1));
else await compare();

/** What a case's process does: the transfer alone, with a cache that holds the old version. */
async function send([port, user, directory, source, staged, base, sha256]: string[]): Promise<void> {
  const marks: string[] = [];
  const mark = (name: string) =>
    marks.push(`${name}@${Math.round(performance.now())}/${Math.round(process.cpuUsage().user / 1000)}`);
  mark('start');
  const env = { PATH: process.env.PATH };
  const local = localHost(env);
  const file = hashFile(source!);
  const host = await openHost(parseVia(`ssh://127.0.0.1:${port}`), {
    ssh: {
      person: { home: directory!, user: user! },
      identities: [join(directory!, 'client')],
      knownHosts: join(directory!, 'pins'),
      configFiles: [],
    },
    execPrefix: [],
    env,
  });
  mark('connected');
  const supply = new Supply(await file, local, join(directory!, 'cache'));
  mark('hashed');
  // A deploy begins it as soon as it has read what the host runs.
  void supply.delta(sha256!).then(() => mark('delta'));
  const result = await transfer(host, {
    source: await file,
    staged: staged!,
    local,
    supply,
    base: { path: base!, sha256: sha256! },
  });
  mark('sent');
  await host.close();
  await supply.close();
  mark('closed');
  process.stderr.write(
    `method ${result.method}, rss ${Math.round(process.resourceUsage().maxRSS / 1024)} MB, CPU ${((process.resourceUsage().userCPUTime + process.resourceUsage().systemCPUTime) / 1e6).toFixed(2)} s${process.env.BENCH_MARKS ? ` ${marks.join(' ')}` : ''}\n`,
  );
}

interface Case {
  readonly name: string;
  readonly argv: readonly string[];
  /** What must be right afterwards. */
  check(): Promise<void>;
  prepare(): Promise<void>;
  /** What the case is over with, where that comes before the end of its process. */
  readonly until?: () => Promise<boolean>;
}

async function compare(): Promise<void> {
  const sshd = await startSshd();
  const relay = await startRelay({ to: sshd, delayMs: 20, rate: (Number(values.rate) * 1e6) / 8 });
  const place = await mkdtemp(join(tmpdir(), 'redeploy-'));
  try {
    const pins = join(sshd.directory, 'pins');
    await writeFile(pins, sshd.knownHosts.replaceAll(`:${sshd.port}`, `:${relay.port}`));
    const options = ['-F', '/dev/null', '-i', sshd.keyPath, '-o', `UserKnownHostsFile=${pins}`, '-o', 'BatchMode=yes'];
    const ssh = ['ssh', '-p', String(relay.port), ...options];
    const at = `${sshd.user}@127.0.0.1`;
    const [before, next] = [join(place, 'before'), join(place, 'next')];
    await copyFile(values.new, next);
    if (values.old === undefined) await change(next, before);
    else await copyFile(values.old, before);
    const size = (await stat(next)).size;
    console.log(
      `${values.new}, ${(size / 1e6).toFixed(1)} MB, over ${values.rate} Mbit/s and 40 ms, ${values.rounds} rounds, Node ${process.versions.node}`,
    );
    const scp = (from: string, to: string) => ['scp', '-q', '-P', String(relay.port), ...options, from, `${at}:${to}`];
    if (values.part.includes('send')) await transfers();
    if (values.part.includes('run')) await redeploys();

    async function transfers(): Promise<void> {
      const target = join(place, 'target');
      const staged = join(place, 'staged');
      const [from, to] = [await hashFile(before), await hashFile(next)];
      await mkdir(join(sshd.directory, 'cache'));
      await copyFile(before, join(sshd.directory, 'cache', from.sha256));
      const same = (path: string) => async () => {
        if ((await hashFile(path)).sha256 !== to.sha256) throw new Error(`${path}: other bytes arrived.`);
      };
      const prepare = async () => {
        await rm(staged, { force: true });
        await copyFile(before, target);
      };
      const remote = (line: string) => quoteAll([...ssh, at, line]);
      await race('the next version, transfer with verification', [
        { name: 'scp', argv: scp(next, staged), check: same(staged), prepare },
        {
          name: 'rsync -z',
          argv: ['rsync', '-z', '-e', quoteAll(ssh), next, `${at}:${target}`],
          check: same(target),
          prepare,
        },
        {
          name: 'zstd -3 | ssh zstd -d',
          argv: ['sh', '-c', `zstd -qc -3 -T2 ${quote(next)} | ${remote(`zstd -dqc >${quote(staged)}`)}`],
          check: same(staged),
          prepare,
        },
        {
          name: 'zstd --patch-from | ssh',
          argv: [
            'sh',
            '-c',
            `zstd -qc -3 --patch-from=${quote(before)} ${quote(next)} 2>&- | ${remote(`zstd -dqc --long=31 --patch-from=${quote(target)} >${quote(staged)}`)}`,
          ],
          check: same(staged),
          prepare,
        },
        {
          name: 'deploy-binary',
          argv: [
            process.execPath,
            process.env.BENCH_FILE!,
            'send',
            String(relay.port),
            sshd.user,
            sshd.directory,
            next,
            staged,
            target,
            from.sha256,
          ],
          check: same(staged),
          prepare,
        },
      ]);
    }

    async function redeploys(): Promise<void> {
      const port = await freePort();
      const home = join(place, 'bin');
      await mkdir(home);
      const target = join(home, 'service');
      const versions = await Promise.all(
        (['one', 'two'] as const).map(async (version, index) => {
          const path = join(place, version);
          // A program may have anything behind its end.
          copyFileSync(await buildService({ version }), path);
          appendFileSync(path, await readAll(index === 0 ? before : next));
          return path;
        }),
      );
      const start = `cd ${quote(home)}; nohup ./service ${port} >/dev/null 2>&1 </dev/null &`;
      const command = await deployCommand();
      const env = { HOME: join(place, 'home'), XDG_CACHE_HOME: join(place, 'cache') };
      const run = (source: string, extra: readonly string[] = []) => [
        'env',
        ...Object.entries(env).map(([name, value]) => `${name}=${value}`),
        process.execPath,
        command,
        'run',
        '--source',
        source,
        '--target',
        target,
        '--host',
        `${sshd.user}@127.0.0.1:${relay.port}`,
        '--identity',
        sshd.keyPath,
        '--known-hosts',
        pins,
        '--restart',
        'process',
        '--command',
        `./service ${port}`,
        '--health-url',
        `http://127.0.0.1:${port}/api/health`,
        '--health-samples',
        '1',
        '--settle',
        '0s',
        '--quiet',
        ...extra,
      ];
      // Both begin with the old version running, deployed by this tool.
      const prepare = async () => {
        await runCase(run(versions[0]!, ['--force']));
      };
      const answers = (version: string) => async () => {
        const present = await versionAt(port);
        if (present !== version) throw new Error(`${present} answers, not ${version}`);
      };
      const until = async () => (await versionAt(port)) === 'two';
      const poll = `until curl -sf http://127.0.0.1:${port}/api/health | grep -q two; do sleep 0.05; done`;
      const archive = join(place, 'a.tgz');
      await race(
        'redeploy, from its start to the first answer of the new version',
        [
          {
            name: "the runbook's order (kill, scp, start)",
            argv: [
              'sh',
              '-ec',
              `${quoteAll([...ssh, at, `pkill -xf './service ${port}'; sleep 0.1; rm -f ${target}`])}; ${quoteAll(scp(versions[1]!, target))}; ${quoteAll([...ssh, at, start])}; ${poll}`,
            ],
            check: answers('two'),
            prepare,
          },
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
                quoteAll([...ssh, at, `pkill -xf './service ${port}'; sleep 0.1; ${start}`]),
                poll,
              ].join('; '),
            ],
            check: answers('two'),
            prepare,
          },
          { name: 'deploy-binary run', argv: run(versions[1]!), check: answers('two'), prepare, until },
        ],
        'the same with a host that has it already',
        [
          { name: 'ssh true', argv: [...ssh, at, 'true'], check: async () => {}, prepare: async () => {} },
          {
            name: 'ssh sha256sum',
            argv: [...ssh, at, `sha256sum ${target}`],
            check: async () => {},
            prepare: async () => {},
          },
          { name: 'deploy-binary run', argv: run(versions[1]!), check: answers('two'), prepare: async () => {} },
        ],
      );
      execFileSync('sh', ['-c', `pkill -xf './service ${port}'; true`]);
    }

    async function race(title: string, cases: readonly Case[], ...then: [string?, (readonly Case[])?]): Promise<void> {
      const chosen = cases.filter(({ name }, index) => index === 0 || (values.case?.includes(name) ?? true));
      const samples = new Map(
        chosen.map(({ name }) => [name, [] as { seconds: number; sent: number; said: string }[]]),
      );
      for (let round = 0; round < Number(values.rounds); round += 1)
        // Whoever goes first in one round goes later in the next.
        for (let index = 0; index < chosen.length; index += 1) {
          const one = chosen[(index + round) % chosen.length]!;
          await one.prepare();
          const sent = relay.bytes.up;
          const begun = performance.now();
          let over = one.until === undefined;
          const reached = (async () => {
            while (!over && !(await one.until!())) await sleep(20);
            return performance.now();
          })();
          const said = await runCase(one.argv).finally(() => {
            over = true;
          });
          const end = one.until ? await reached : performance.now();
          samples.get(one.name)!.push({
            seconds: (end - begun) / 1000,
            sent: relay.bytes.up - sent,
            said: one.until ? `${said}process ended at ${((performance.now() - begun) / 1000).toFixed(2)} s` : said,
          });
          await one.check();
        }
      const first = median(samples.get(chosen[0]!.name)!.map(({ seconds }) => seconds));
      console.log(
        `\n${title} (load ${loadavg()[0]!.toFixed(1)})\n${'case'.padEnd(38)} ${'median'.padStart(8)} ${'range'.padStart(15)} ${'ratio'.padStart(6)} ${'sent MB'.padStart(8)}`,
      );
      for (const [name, all] of samples) {
        const seconds = all.map((sample) => sample.seconds).sort((a, b) => a - b);
        console.log(
          `${name.padEnd(38)} ${`${median(seconds).toFixed(2)} s`.padStart(8)} ${`${seconds[0]!.toFixed(2)}-${seconds.at(-1)!.toFixed(2)}`.padStart(15)} ` +
            `${(median(seconds) / first).toFixed(3).padStart(6)} ${(median(all.map(({ sent }) => sent)) / 1e6).toFixed(2).padStart(8)}  ${all.at(-1)!.said.trim().split('\n').at(-1)}`,
        );
      }
      if (then[0] && then[1]) await race(then[0], then[1]);
    }
  } finally {
    await relay.close();
    await sshd.stop();
    await rm(place, { recursive: true, force: true, maxRetries: 5 }).catch(() => {});
  }
}

async function readAll(path: string): Promise<Buffer> {
  const file = await open(path);
  try {
    return await file.readFile();
  } finally {
    await file.close();
  }
}

/** An older version: 16 to 511 bytes of every hundredth block are others. The same on every machine. */
async function change(from: string, to: string): Promise<void> {
  const bytes = await readAll(from);
  let seed = 1;
  const random = (below: number) => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((seed / 2 ** 32) * below);
  };
  // Behind the headers, so that it stays a program by its looks.
  for (let block = 100; block < bytes.length / 4096 - 1; block += 100)
    for (let count = 16 + random(496), at = block * 4096; count > 0; count--) bytes[at++] = random(256);
  await writeFile(to, bytes);
}

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2;
}

function runCase(argv: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(argv[0]!, argv.slice(1), { stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    child.on('error', reject);
    child.on('close', (code) =>
      code === 0 ? resolve(said) : reject(new Error(`${argv[0]} ended with ${code}: ${said}`)),
    );
  });
}
