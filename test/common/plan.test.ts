import { describe, expect, test } from 'vitest';
import { type Plan, runPlan, type Step } from '../../src/common/plan.ts';

/** Steps that write what they do into the context; `!` at a name's end fails, `?` fails in its undo. */
const step = (name: string): Step<string[]> => ({
  title: name,
  commands: [`do ${name}`],
  async apply(log) {
    log.push(`do ${name}`);
    if (name.includes('!')) throw new Error(`${name} broke`);
    return name === 'silent' ? undefined : `did ${name}`;
  },
  async undo(log) {
    log.push(`undo ${name}`);
    if (name.includes('?')) throw new Error(`${name} stays`);
  },
});
const plan = (...names: string[]): Plan<string[]> => ({ title: 'test', steps: names.map(step) });
const outcomes = (report: Awaited<ReturnType<typeof runPlan>>) => report.steps.map(({ outcome }) => outcome);

test('every step runs in order and says what it did', async () => {
  const log: string[] = [];
  const report = await runPlan(plan('a', 'silent'), log);
  expect(log).toEqual(['do a', 'do silent']);
  expect(report).toMatchObject({ title: 'test', applied: true });
  expect(report).not.toHaveProperty('error');
  expect(report.steps.map(({ detail }) => detail)).toEqual(['did a', undefined]);
});

test('a dry run calls nothing, neither steps nor audit', async () => {
  const log: string[] = [];
  const audit = async () => void log.push('audit');
  const report = await runPlan(plan('a', 'b!'), log, { dryRun: true, audit });
  expect(log).toEqual([]);
  expect(report.applied).toBe(false);
  expect(outcomes(report)).toEqual(['planned', 'planned']);
  expect(report.steps[0]!.commands).toEqual(['do a']);
});

describe('a step that fails', () => {
  test('stops the plan; its own half is undone first, then the others in reverse', async () => {
    const log: string[] = [];
    const report = await runPlan(plan('a', 'b', 'c!', 'd'), log);
    expect(log).toEqual(['do a', 'do b', 'do c!', 'undo c!', 'undo b', 'undo a']);
    expect(outcomes(report)).toEqual(['undone', 'undone', 'failed', 'not-run']);
    expect(report.applied).toBe(false);
    expect(report.error).toEqual(new Error('c! broke'));
    expect(report.steps[2]!.error).toBe('c! broke');
  });

  test('an undo that fails is said, and the others go on', async () => {
    const log: string[] = [];
    const report = await runPlan(plan('a', 'b?', 'c!?'), log);
    expect(log.slice(3)).toEqual(['undo c!?', 'undo b?', 'undo a']);
    expect(outcomes(report)).toEqual(['undone', 'undo-failed', 'undo-failed']);
    expect(report.steps[1]!.error).toBe('b? stays');
    expect(report.steps[2]!.error).toBe('c!? broke; undo: c!? stays');
  });

  test('a step without undo keeps what it did', async () => {
    const { undo: _, ...bare } = step('a');
    const report = await runPlan({ title: 'test', steps: [bare, step('b!')] }, [] as string[]);
    expect(outcomes(report)).toEqual(['done', 'failed']);
  });

  test('whatever is thrown is a failure', async () => {
    const odd: Step<null> = { title: 'odd', commands: [], apply: () => Promise.reject(undefined) };
    const report = await runPlan({ title: 'test', steps: [odd] }, null);
    expect(report.applied).toBe(false);
    expect('error' in report).toBe(true);
  });
});

test('progress is told at begin and end of a step and of its undo', async () => {
  const told: string[] = [];
  await runPlan(plan('a', 'b!'), [], {
    onStep: ({ title, outcome }, phase) => told.push(`${title} ${phase} ${outcome}`),
  });
  expect(told).toEqual([
    'a begin planned',
    'a end done',
    'b! begin planned',
    'b! end failed',
    'b! end failed',
    'a end undone',
  ]);
});

test('progress that cannot be shown leaves nothing half done', async () => {
  const log: string[] = [];
  const onStep = () => {
    throw new Error('no terminal');
  };
  const report = await runPlan(plan('a', 'b!'), log, { onStep });
  expect(log).toEqual(['do a', 'do b!', 'undo b!', 'undo a']);
  expect(report.error).toEqual(new Error('b! broke'));
});

test('the audit gets the finished report, and its own failure does not hide it', async () => {
  const seen: unknown[] = [];
  const fine = await runPlan(plan('a', 'b!'), [], { audit: async (report) => void seen.push(outcomes(report)) });
  expect(seen).toEqual([['undone', 'failed']]);
  expect(fine).not.toHaveProperty('auditError');
  const full = await runPlan(plan('a'), [], { audit: () => Promise.reject(new Error('disk full')) });
  expect(full).toMatchObject({ applied: true, auditError: new Error('disk full') });
});
