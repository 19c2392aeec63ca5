/**
 * Brings one executable to a real sshd with scp, rsync -z, zstd | ssh and this toolkit, in alternating order, and prints medians
 * beside each other. Every result is compared by sha256. Each case is a process of its own: its start and its handshake count.
 */
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { quote, quoteAll } from '../../src/common/quote.ts';
import { localHost } from '../../src/deploy/host/local.ts';
import { openHost } from '../../src/deploy/host/open.ts';
import { parseVia } from '../../src/deploy/host/via.ts';
import { hashFile } from '../../src/deploy/transfer/hash.ts';
import { type Method, transfer } from '../../src/deploy/transfer/transfer.ts';
import { type Relay, startRelay } from '../../test/support/relay.ts';
import { type Sshd, startSshd } from '../../test/support/sshd.ts';
import { median, runCase } from './race.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '3' },
    /** A large real executable that is always there: Node itself. */
    file: { type: 'string', default: process.execPath },
    /** Only these besides scp. */
    case: { type: 'string', multiple: true },
    link: { type: 'string', multiple: true, default: ['loopback', 'wan'] },
  },
});

const links: Readonly<Record<string, { title: string; delayMs?: number; rate?: number }>> = {
  loopback: { title: 'loopback' },
  wan: { title: '100 Mbit/s, 40 ms there and back', delayMs: 20, rate: 12_500_000 },
};

interface Case {
  readonly name: string;
  readonly command: (place: Place) => readonly string[];
}
interface Place {
  readonly sshd: Sshd;
  readonly port: number;
  readonly options: readonly string[];
  readonly source: string;
  readonly target: string;
}

const at = ({ sshd }: Place) => `${sshd.user}@127.0.0.1`;
const ours = (name: string, methods: string): Case => ({
  name,
  command: ({ sshd, port, source, target }) => [
    process.execPath,
    fileURLToPath(import.meta.url),
    'send',
    String(port),
    sshd.user,
    sshd.directory,
    source,
    target,
    methods,
  ],
});
const cases: readonly Case[] = [
  { name: 'scp', command: (p) => ['scp', '-q', '-P', String(p.port), ...p.options, p.source, `${at(p)}:${p.target}`] },
  {
    name: 'rsync -z',
    command: (p) => [
      'rsync',
      '-z',
      '-e',
      quoteAll(['ssh', '-p', String(p.port), ...p.options]),
      p.source,
      `${at(p)}:${p.target}`,
    ],
  },
  {
    name: 'zstd -3 | ssh zstd -d',
    command: (p) => [
      'sh',
      '-c',
      `zstd -qc -3 -T2 ${quote(p.source)} | ${quoteAll(['ssh', '-p', String(p.port), ...p.options, at(p), `zstd -dqc >${quote(p.target)}`])}`,
    ],
  },
  ours('deploy-binary', 'zstd,gzip,raw'),
  ours('deploy-binary, gzip', 'gzip'),
  ours('deploy-binary, raw', 'raw'),
];

if (positionals[0] === 'send') await send(positionals.slice(1));
else await compare();

async function send([port, user, directory, source, target, methods]: string[]): Promise<void> {
  const env = { PATH: process.env.PATH };
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
  await transfer(host, {
    source: await file,
    staged: target!,
    local: localHost(env),
    methods: methods!.split(',') as Method[],
  });
  await host.close();
  process.stderr.write(`rss ${process.resourceUsage().maxRSS}\n`);
}

async function compare(): Promise<void> {
  const sshd = await startSshd();
  const { sha256, size } = await hashFile(values.file);
  console.log(`${values.file}, ${(size / 1e6).toFixed(1)} MB, ${values.rounds} rounds, Node ${process.versions.node}`);
  const present = await Promise.all(
    cases.map(async (one) =>
      (await exists(one.command({ sshd, port: 1, options: [], source: '', target: '' })[0]!)) ? [one] : [],
    ),
  );
  const chosen = present.flat().filter(({ name }) => name === 'scp' || (values.case?.includes(name) ?? true));
  for (const link of values.link) {
    const { title, ...pace } = links[link]!;
    const relay = await startRelay({ to: sshd, ...pace });
    await compareOver(title, relay, sshd, chosen, sha256);
    await relay.close();
  }
  await sshd.stop();
}

async function compareOver(
  title: string,
  relay: Relay,
  sshd: Sshd,
  present: readonly Case[],
  sha256: string,
): Promise<void> {
  const pins = join(sshd.directory, 'pins');
  await writeFile(pins, sshd.knownHosts.replaceAll(`:${sshd.port}`, `:${relay.port}`));
  const options = [
    '-F',
    '/dev/null',
    '-i',
    sshd.keyPath,
    '-o',
    `UserKnownHostsFile=${pins}`,
    '-o',
    'GlobalKnownHostsFile=/dev/null',
    '-o',
    'BatchMode=yes',
  ];
  const target = join(sshd.directory, 'received');
  const place: Place = { sshd, port: relay.port, options, source: values.file, target };
  const samples = new Map(present.map(({ name }) => [name, [] as { seconds: number; sent: number; rss: number }[]]));
  for (let round = 0; round < Number(values.rounds); round += 1) {
    // Whoever goes first in one round goes later in the next.
    for (let index = 0; index < present.length; index += 1) {
      const one = present[(index + round) % present.length]!;
      await rm(target, { force: true });
      const before = relay.bytes.up;
      const start = performance.now();
      const said = await runCase(one.command(place));
      const seconds = (performance.now() - start) / 1000;
      if ((await hashFile(target)).sha256 !== sha256) throw new Error(`${one.name}: other bytes arrived.`);
      samples
        .get(one.name)!
        .push({ seconds, sent: relay.bytes.up - before, rss: Number(/rss (\d+)/.exec(said)?.[1] ?? Number.NaN) });
    }
  }
  console.log(
    `\n${title}\n${'case'.padEnd(24)} ${'median'.padStart(8)} ${'range'.padStart(15)} ${'x scp'.padStart(6)} ${'sent MB'.padStart(8)} ${'rss MB'.padStart(7)}`,
  );
  const scp = median(samples.get('scp')!.map(({ seconds }) => seconds));
  for (const [name, all] of samples) {
    const seconds = all.map((sample) => sample.seconds).sort((a, b) => a - b);
    const middle = median(seconds);
    const rss = all.at(-1)!.rss;
    console.log(
      `${name.padEnd(24)} ${`${middle.toFixed(2)} s`.padStart(8)} ${`${seconds[0]!.toFixed(2)}-${seconds.at(-1)!.toFixed(2)}`.padStart(15)} ` +
        `${(middle / scp).toFixed(2).padStart(6)} ${(median(all.map(({ sent }) => sent)) / 1e6).toFixed(2).padStart(8)} ${(Number.isNaN(rss) ? '' : (rss / 1024).toFixed(0)).padStart(7)}`,
    );
  }
}

async function exists(program: string): Promise<boolean> {
  const { code } = await localHost({ PATH: process.env.PATH }).run(['sh', '-c', 'command -v "$1"', 'sh', program]);
  return code === 0;
}
