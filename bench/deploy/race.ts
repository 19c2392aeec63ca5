import { spawn } from 'node:child_process';
import { loadavg } from 'node:os';
import type { Relay } from '../../test/support/relay.ts';

export interface Case {
  readonly name: string;
  readonly argv: readonly string[];
  /** Before each round. */
  prepare?(): Promise<void>;
  /** What must be right afterwards. */
  check?(): Promise<void>;
  /** What is compared in the place of the seconds it took. */
  measure?(run: () => Promise<string>): Promise<number>;
}

/** Medians of one case. */
export interface Figure {
  readonly seconds: number;
  /** Bytes on the wire to the host. */
  readonly sent: number;
  /** What it said on standard error, the last time. */
  readonly said: string;
}

/** Runs cases in alternating order, and prints medians beside each other: ratios are those to the first one. */
export async function race(
  title: string,
  cases: readonly Case[],
  { rounds, relay }: { readonly rounds: number; readonly relay: Relay },
): Promise<(name: string) => Figure> {
  const samples = new Map(cases.map(({ name }) => [name, [] as Figure[]]));
  for (let round = 0; round < rounds; round += 1)
    // Whoever goes first in one round goes later in the next.
    for (let index = 0; index < cases.length; index += 1) {
      const one = cases[(index + round) % cases.length]!;
      await one.prepare?.();
      // Who waits for the disk would pay for what the case before this one has left unwritten.
      await runCase(['sync']);
      const sent = relay.bytes.up;
      let said = '';
      const run = async () => {
        said = await runCase(one.argv);
        return said;
      };
      const begun = performance.now();
      const measured = one.measure && (await one.measure(run));
      if (!one.measure) await run();
      const seconds = measured ?? (performance.now() - begun) / 1000;
      samples.get(one.name)!.push({ seconds, sent: relay.bytes.up - sent, said: said.trim().split('\n').at(-1)! });
      await one.check?.();
    }
  const figures = new Map(
    [...samples].map(([name, all]) => [
      name,
      {
        seconds: median(all.map(({ seconds }) => seconds)),
        sent: median(all.map(({ sent }) => sent)),
        said: all.at(-1)!.said,
      },
    ]),
  );
  const first = figures.get(cases[0]!.name)!.seconds;
  console.log(
    `\n${title} (load ${loadavg()[0]!.toFixed(1)})\n${'case'.padEnd(38)} ${'median'.padStart(8)} ${'range'.padStart(15)} ${'ratio'.padStart(6)} ${'sent MB'.padStart(8)}`,
  );
  for (const [name, all] of samples) {
    const range = all.map(({ seconds }) => seconds).sort((a, b) => a - b);
    const { seconds, sent, said } = figures.get(name)!;
    console.log(
      `${name.padEnd(38)} ${`${seconds.toFixed(2)} s`.padStart(8)} ${`${range[0]!.toFixed(2)}-${range.at(-1)!.toFixed(2)}`.padStart(15)} ` +
        `${(seconds / first).toFixed(3).padStart(6)} ${(sent / 1e6).toFixed(2).padStart(8)}  ${said}`,
    );
  }
  return (name) => figures.get(name)!;
}

/** A line of the table at the end: one thing that is to be reached. */
export interface Row {
  readonly what: string;
  readonly reach: string;
  readonly most: number;
  readonly reached: number;
  /** What others take, in the same unit. */
  readonly beside: string;
}

export function printRows(rows: readonly Row[]): void {
  const lines = [
    ['case', 'to reach', 'reached', '', 'beside'],
    ...rows.map(({ what, reach, most, reached, beside }) => [
      what,
      reach,
      reached >= 100 ? reached.toFixed(0) : reached.toPrecision(2),
      reached <= most ? 'yes' : 'NO',
      beside,
    ]),
  ];
  const widths = lines[0]!.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)));
  console.log(
    `\n${lines.map((line) => line.map((text, column) => text.padEnd(widths[column]!)).join('  ')).join('\n')}`,
  );
}

export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2;
}

/** Runs a command that must succeed; answers what it said on standard error. */
export function runCase(argv: readonly string[]): Promise<string> {
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
