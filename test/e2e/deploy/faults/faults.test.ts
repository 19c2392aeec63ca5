import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { HostResult } from '../../../../src/deploy/deploy.ts';
import { seeded } from '../../../support/awkward.ts';
import { deployCommand } from '../../../support/deploy-command.ts';
import type { Fault } from '../../../support/relay.ts';
import { behaviour, buildService } from '../../../support/service.ts';
import { type Sshd, startSshd } from '../../../support/sshd.ts';
import { type Binary, type Lane, openLane } from './lane.ts';

/** Most of a broken deploy is waiting, so that more lanes than cores pay. */
const laneCount = 6;
let sshd: Sshd;
let home: string;
let command: string;
let lanes: Lane[] = [];
/** Well ones; each run goes from one to the other. */
let good: Binary[];
let broken: Binary[];
let stubborn: Binary;
let injected = 0;
const counts = new Map<string, number>();

const binary = async (
  version: string,
  how: (typeof behaviour)[keyof typeof behaviour] = behaviour.well,
): Promise<Binary> => ({
  version,
  path: await buildService({ version, behaviour: how, ballast: 60_000 }),
});

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'home-'));
  // A home of its own: what the login shell of whoever runs the test reads at each command is not what is tested.
  sshd = await startSshd({ config: ['MaxSessions 50', 'LogLevel ERROR', `SetEnv HOME=${home}`] });
  command = await deployCommand();
  good = [await binary('good-1'), await binary('good-2')];
  broken = [
    await binary('broken-exits', behaviour.exitsAtOnce),
    await binary('broken-500', behaviour.answers500),
    await binary('broken-flaps', behaviour.flaps),
    await binary('broken-dies', behaviour.diesSoon),
  ];
  stubborn = await binary('stubborn', behaviour.ignoresTerm);
  lanes = await Promise.all(Array.from({ length: laneCount }, (_, index) => openLane(sshd, `lane${index}`)));
});

afterAll(async () => {
  await Promise.all(lanes.map((lane) => lane.close()));
  await sshd.stop();
  await rm(home, { recursive: true });
  console.log(
    `${injected} faults were injected: ${[...counts].map(([kind, number]) => `${kind} ${number}`).join(', ')}`,
  );
  expect(injected).toBeGreaterThanOrEqual(500);
});

function injectedFault(kind: string, number = 1): void {
  injected += number;
  counts.set(kind, (counts.get(kind) ?? 0) + number);
}

/** The promise of the tool, asked of the host itself. */
async function expectWhole(lane: Lane, allowed: readonly Binary[], what: string): Promise<string> {
  const { present, old } = await lane.running();
  const running = [...present, ...old];
  expect(running, `${what}: one process runs the service`).toHaveLength(1);
  const version = await lane.version();
  expect(
    allowed.map((one) => one.version),
    `${what}: an allowed version answers`,
  ).toContain(version);
  const sums = await Promise.all([...good, ...broken, stubborn].map(async ({ path }) => execSha256(path)));
  expect(sums, `${what}: the target is a whole file`).toContain(await lane.sha256AtTarget());
  return version!;
}

const sums = new Map<string, string>();
function execSha256(path: string): string {
  const known = sums.get(path) ?? execFileSync('sha256sum', [path], { encoding: 'utf8' }).slice(0, 64);
  sums.set(path, known);
  return known;
}

/** What the result says must be what the host does. */
async function expectTruth(lane: Lane, before: Binary, next: Binary, result: HostResult, what: string): Promise<void> {
  const told = `${what}: ${JSON.stringify({ ...result, lastLines: '' })}`;
  if (result.outcome === 'deployed' || result.outcome === 'unchanged') {
    expect(await expectWhole(lane, [next], told)).toBe(next.version);
    expect(await lane.sha256AtTarget(), told).toBe(execSha256(next.path));
  } else if (result.outcome === 'rolled-back') {
    expect(await expectWhole(lane, [before], told)).toBe(before.version);
    expect(await lane.sha256AtTarget(), told).toBe(execSha256(before.path));
  } else if (result.unknown) await expectWhole(lane, [before, next], told);
  else expect(await expectWhole(lane, [before, next], told)).toBe(before.version);
}

/** The next run without faults sets everything right: no lock is stuck, nothing is half done. */
async function expectRepaired(lane: Lane, next: Binary, what: string): Promise<void> {
  lane.relay.setFault(undefined);
  const result = await lane.deploy(next);
  expect(['deployed', 'unchanged'], `${what}, then again: ${JSON.stringify(result)}`).toContain(result.outcome);
  await expectTruth(lane, next, next, result, `${what}, then again`);
  expect(JSON.parse(await lane.stateText()), what).toMatchObject({ pending: null });
  expect(await lane.leftovers(), `${what}: nothing is left behind`).toEqual([]);
  expect((await lane.running()).old, `${what}: no old process`).toEqual([]);
}

/** Runs work on every lane, each with a generator of its own: the order within a lane repeats for the same seed. */
async function onLanes(
  rounds: number,
  work: (lane: Lane, random: () => number, round: number) => Promise<void>,
): Promise<void> {
  const ends = await Promise.allSettled(
    lanes.map(async (lane, index) => {
      const random = seeded(1_000 + index);
      for (let round = 0; round < rounds; round++) await work(lane, random, round);
    }),
  );
  // The lanes that went on must be done before the next test breaks them.
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}

async function other(lane: Lane): Promise<[before: Binary, next: Binary]> {
  const present = await lane.sha256AtTarget();
  const [first, second] = good as [Binary, Binary];
  if (present === execSha256(first.path)) return [first, second];
  if (present !== execSha256(second.path)) await expectRepaired(lane, second, 'first deploy');
  return [second, first];
}

describe('faults', { timeout: 1_800_000 }, () => {
  test('the connection is cut, stalls, or ends early after any number of bytes', async () => {
    await onLanes(12, async (lane, random, round) => {
      const [before, next] = await other(lane);
      const hit = lane.relay.faults;
      const first = lane.relay.connections;
      const hits = 2 + Math.floor(random() * 5);
      const forever = random() < 0.08;
      const plan: Fault[] = Array.from({ length: hits }, () => ({
        kind: (['cut', 'cut', 'cut', 'truncate', 'truncate', 'stall'] as const)[Math.floor(random() * 6)]!,
        direction: random() < 0.6 ? 'up' : 'down',
        after: Math.floor(random() * (random() < 0.3 ? 90_000 : 12_000)),
      }));
      lane.relay.setFault((connection) => (forever ? plan[(connection - first) % hits] : plan[connection - first]));
      const result = await lane.deploy(next);
      lane.relay.setFault(undefined);
      injectedFault('bytes', lane.relay.faults - hit);
      const what = `${lane.name} round ${round} ${JSON.stringify(plan)}${forever ? ' for ever' : ''}`;
      await expectTruth(lane, before, next, result, what);
      await expectRepaired(lane, next, what);
    });
  });

  test('the connection is cut at every step, once and again', async () => {
    await onLanes(12, async (lane, _, round) => {
      const [before, next] = await other(lane);
      let step = 0;
      let cuts = 0;
      const cut = () => {
        if (step++ % 5 !== round % 5) return;
        lane.relay.cut();
        cuts += 1;
      };
      const result = await lane.deploy(next, { begin: cut, ...(round >= 8 && { end: cut }) });
      injectedFault('step', cuts);
      await expectTruth(lane, before, next, result, `${lane.name} cut at step ${round}`);
      await expectRepaired(lane, next, `${lane.name} cut at step ${round}`);
    });
  });

  test('the release itself is broken, and the connection as well', async () => {
    await onLanes(8, async (lane, random, round) => {
      const [before, next] = await other(lane);
      const bad = broken[round % broken.length]!;
      const first = lane.relay.connections;
      const hit = lane.relay.faults;
      if (round >= broken.length)
        lane.relay.setFault((connection) =>
          connection - first < 3
            ? { kind: 'cut', direction: 'up', after: 6_000 + Math.floor(random() * 90_000) }
            : undefined,
        );
      const result = await lane.deploy(bad);
      lane.relay.setFault(undefined);
      injectedFault('broken release', 1 + lane.relay.faults - hit);
      const what = `${lane.name} ${bad.version} ${JSON.stringify({ ...result, lastLines: '' })}`;
      expect(['rolled-back', 'failed'], what).toContain(result.outcome);
      expect(await expectWhole(lane, [before], what)).toBe(before.version);
      await expectRepaired(lane, next, what);
    });
  });

  test('the runner is killed at each step', async () => {
    await onLanes(13, async (lane, random, round) => {
      const [before, next] = await other(lane);
      let seen = 0;
      const killed = await lane.deployAndKill(
        command,
        next,
        (line) => line !== '' && seen++ === round % 13,
        Math.floor(random() * 60),
      );
      if (killed) injectedFault('kill -9');
      await expectWholeSoon(lane, [before, next], `${lane.name} killed at line ${round}`);
      await expectRepaired(lane, next, `${lane.name} killed at line ${round}`);
    });
  });

  test('the old process ignores SIGTERM', async () => {
    await onLanes(2, async (lane) => {
      const [, next] = await other(lane);
      await expectRepaired(lane, stubborn, 'stubborn one first');
      const result = await lane.deploy(next);
      injectedFault('ignored SIGTERM');
      await expectTruth(lane, stubborn, next, result, `${lane.name} after a stubborn one`);
      expect(result.outcome).toBe('deployed');
    });
  });

  test('two deploys start at once', async () => {
    await onLanes(3, async (lane) => {
      await other(lane);
      const [first, second] = good as [Binary, Binary];
      const results = await Promise.all([lane.deploy(first), lane.deploy(second)]);
      injectedFault('at once');
      for (const { outcome } of results) expect(['deployed', 'unchanged']).toContain(outcome);
      await expectWhole(lane, good, `${lane.name} two at once`);
      await expectRepaired(lane, first, `${lane.name} two at once`);
    });
  });

  test("the runner's clock differs from the host's", async () => {
    const now = Date.now;
    try {
      for (const days of [-4000, -1, 1, 4000]) {
        Date.now = () => now() + days * 86_400_000;
        await onLanes(1, async (lane) => {
          const [before, next] = await other(lane);
          const result = await lane.deploy(next);
          injectedFault('clock');
          expect(result.outcome).toBe('deployed');
          await expectTruth(lane, before, next, result, `${lane.name} clock off by ${days} days`);
        });
      }
    } finally {
      Date.now = now;
    }
  });

  test('the disk fills while the file arrives, and at every step behind it', async () => {
    const disk = await mkdtemp(join(tmpdir(), 'disk-'));
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=6m', 'tmpfs', disk]);
    const lane = await openLane(sshd, 'full', disk);
    try {
      await expectRepaired(lane, good[0]!, 'first deploy');
      for (let at = 0; at < 8; at++) {
        const [before, next] = await other(lane);
        let step = 0;
        const fill = async () => {
          if (step++ === at)
            execFileSync('sh', ['-c', 'cat /dev/zero >"$1" 2>/dev/null || true', 'sh', join(disk, 'filler')]);
        };
        const result = await lane.deploy(next, { begin: fill });
        injectedFault('disk full');
        await expectTruth(lane, before, next, result, `disk full at step ${at}`);
        await rm(join(disk, 'filler'), { force: true });
        await expectRepaired(lane, next, `disk full at step ${at}`);
      }
      await writeFile(join(disk, 'filler'), Buffer.alloc(3_000_000));
      const [, next] = await other(lane);
      const stopped = await lane.deploy(next);
      injectedFault('disk full');
      expect(stopped).toMatchObject({ outcome: 'failed', unknown: false, downtimeMs: null });
      expect(stopped.error).toMatch(/free, the new binary needs/);
    } finally {
      await lane.close();
      execFileSync('umount', ['-l', disk]);
      await rm(disk, { recursive: true, force: true });
    }
  });
});

/** A restart that was under way when the runner died goes on by itself. */
async function expectWholeSoon(lane: Lane, allowed: readonly Binary[], what: string): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      await expectWhole(lane, allowed, what);
      return;
    } catch (error) {
      if (attempt >= 30) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
