import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { play, stuckRun } from '../../../demo/forgejo/rows.ts';
import type { Generation } from '../../../demo/forgejo/schema.ts';
import { type ActOptions, runAct } from '../../support/act.ts';
import { exampleWorkflows, type WorkflowFile, type WorkflowStep } from '../../support/action-files.ts';
import type { TestDatabase } from '../../support/database.ts';
import { loadRecorded, realCluster, realDatabase } from '../../support/postgres.ts';
import { recordedFolder } from '../../support/recorded.ts';

const local = './actions/ci-doctor';
/** With what must be percent-encoded, and unlike any word that may be in a log. */
const password = 'Tide/7@moons%x';
const role = 'ci_doctor_action';
const secret = 'CI_DOCTOR_DATABASE_URL';
/** An expression of a workflow. */
const expression = (text: string) => `\${{ ${text} }}`;
const fromSecret = expression(`secrets.${secret}`);

let home: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'forgejo-ci-toolkit-state-'));
  const { psql } = await realCluster();
  await psql('postgres', '-c', `CREATE ROLE ${role} LOGIN SUPERUSER PASSWORD '${password}'`);
});
afterAll(() => rm(home, { recursive: true, force: true }));

/** The database's address as that role, with the right password unless another is given. */
function urlOf({ url }: TestDatabase, { as = password } = {}): string {
  const address = new URL(url);
  address.username = role;
  address.password = encodeURIComponent(as);
  return address.href;
}

/** Runs it, and makes sure that no part of the output holds the password. */
async function act(options: Omit<ActOptions, 'action'>) {
  const run = await runAct({ action: 'ci-doctor', ...options });
  for (const form of [password, encodeURIComponent(password)]) expect(run.output).not.toContain(form);
  const step = (name: string) => {
    const found = run.steps.find((one) => one.name === name);
    if (!found) throw new Error(`act ran no step "${name}":\n${run.output}`);
    return found;
  };
  return { ...run, step };
}

/** A workflow of these steps, after the checkout that makes the action known. */
const workflow = (...steps: readonly WorkflowStep[]): WorkflowFile => ({
  on: ['workflow_dispatch'],
  jobs: { doctor: { 'runs-on': 'docker', steps: [{ uses: 'actions/checkout@v4' }, ...steps] } },
});

const doctor = (name: string, inputs: Readonly<Record<string, string>>, more: WorkflowStep = {}): WorkflowStep => ({
  name,
  id: name,
  uses: local,
  with: { 'database-url': fromSecret, ...inputs },
  ...more,
});

/** The workflow that the action's README shows, with the action of this checkout. */
function exampleWorkflow(): WorkflowFile {
  const example = exampleWorkflows('ci-doctor')[0]!;
  const { stuck } = example.jobs;
  const steps = stuck!.steps.map((step) => (step.uses === undefined ? step : { ...step, uses: local }));
  return { ...example, jobs: { stuck: { ...stuck!, steps: [{ uses: 'actions/checkout@v4' }, ...steps] } } };
}

interface Held {
  readonly database: TestDatabase;
  readonly runId: number;
}

async function builtStuck(generation: Generation): Promise<Held> {
  const now = Math.floor(Date.now() / 1000);
  const { server, result } = play(generation, { now }, (scene) => stuckRun(scene));
  const database = await realDatabase();
  await database.load(server);
  return { database, runId: result.run.id };
}

const recordedStuck = async (generation: Generation): Promise<Held> => ({
  database: await loadRecorded(generation, 'stuck'),
  runId: 2,
});

/** [run, jobs in order, tasks in order] */
const statuses = async ({ database, runId }: Held) => {
  const [run] = await database.query('SELECT status FROM action_run WHERE id = $1', [runId]);
  const jobs = await database.query(
    'SELECT name, status, task_id FROM action_run_job WHERE run_id = $1 AND status IN (5, 6) ORDER BY id',
    [runId],
  );
  return { run: run!.status, jobs };
};

const cases: [string, () => Promise<Held>][] = (['v12', 'v17'] as const).flatMap((generation) => [
  [`${generation}, built`, () => builtStuck(generation)] as [string, () => Promise<Held>],
  ...(recordedFolder === undefined
    ? []
    : [[`${generation}, recorded`, () => recordedStuck(generation)] as [string, () => Promise<Held>]]),
]);

describe('the example of its README', () => {
  test.each(cases)('finds and repairs a stuck run: %s', async (_, load) => {
    const held = await load();
    const [before] = (await statuses(held)).jobs;
    expect(before!.status).toBe(6);

    const env = { XDG_STATE_HOME: home };
    const run = await act({ workflow: exampleWorkflow(), secrets: { [secret]: urlOf(held.database) }, env });

    const stuck = run.step('What is stuck');
    expect(stuck.succeeded, run.output).toBe(true);
    expect(stuck.log).toMatch(/^CODE +RUN +REPOSITORY +JOB +RUNNER +AGE +REPAIR$/m);
    expect(stuck.log).toMatch(new RegExp(` ${held.runId} .* ${before!.name} .* ci-doctor reset ${held.runId}$`, 'm'));
    expect(stuck.outputs['stuck-count']).toBe('1');
    expect(stuck.outputs['exit-code']).toBe('1');
    const [finding] = JSON.parse(stuck.outputs.result!).findings;
    expect(finding).toMatchObject({ runId: held.runId, job: before!.name, repairable: true });
    expect(stuck.summary).toMatch(/^## ci-doctor stuck\n\n\| Code \|/);
    expect(stuck.summary).toContain(`ci-doctor reset ${held.runId}`);

    const repair = run.step('Repair');
    expect(repair.succeeded, run.output).toBe(true);
    expect(repair.log).toContain(`job "${before!.name}" runs again from the start`);
    expect(repair.summary).toMatch(/^## ci-doctor reset\n/);
    expect(JSON.parse(repair.outputs.result!)).toMatchObject({ applied: true, runs: [{ runId: held.runId }] });
    const after = await statuses(held);
    expect(after).toMatchObject({ run: 5 });
    expect(after.jobs).toContainEqual({ name: before!.name, status: 5, task_id: 0 });

    const left = run.step('What is left');
    expect(left.succeeded, run.output).toBe(true);
    expect(left.log).toContain('Nothing is stuck.');
    expect(left.outputs['stuck-count']).toBe('0');
    expect(left.summary).toContain('Nothing is stuck.');
    expect(run.succeeded).toBe(true);
    await held.database.drop();
  });
});

describe('stuck', () => {
  let held: Held;
  let secrets: Record<string, string>;
  beforeAll(async () => {
    held = await builtStuck('v17');
    secrets = { [secret]: urlOf(held.database) };
  });
  const findsIt = workflow(
    doctor('find', { command: 'stuck' }),
    { name: 'not reached', run: 'echo reached' },
    {
      name: 'afterwards',
      if: 'always()',
      env: {
        COUNT: expression('steps.find.outputs.stuck-count'),
        RUN: expression('fromJSON(steps.find.outputs.result).findings[0].runId'),
      },
      run: 'echo "$COUNT stuck, the first is run $RUN"',
    },
  );

  test('fails the step when something is stuck, and a later step can read what', async () => {
    const run = await act({ workflow: findsIt, secrets });
    expect(run.succeeded).toBe(false);
    expect(run.step('find')).toMatchObject({ succeeded: false, exitCode: 1 });
    expect(run.step('find').log).toContain('::error::ci-doctor found a problem (exit code 1); see the log above.');
    expect(run.output).not.toContain('reached');
    expect(run.step('afterwards').log).toBe(`1 stuck, the first is run ${held.runId}`);
  });

  test('on a Forgejo runner prints no workflow command, which would stay in the log as it is', async () => {
    const run = await act({ workflow: findsIt, secrets, env: { FORGEJO_ACTIONS: 'true' } });
    expect(run.step('find')).toMatchObject({ succeeded: false, exitCode: 1 });
    expect(run.output).not.toMatch(/::(error|warning|notice)/);
    expect(run.step('afterwards').log).toBe(`1 stuck, the first is run ${held.runId}`);
  });

  test('says what is wrong with the password, and what to do; a finding it is not', async () => {
    const wrong = { [secret]: urlOf(held.database, { as: `${password}!` }) };
    const steps = workflow(doctor('find', { command: 'stuck', 'fail-on-findings': 'false' }));
    const run = await act({ workflow: steps, secrets: wrong });
    expect(run.step('find')).toMatchObject({ succeeded: false, exitCode: 2 });
    expect(run.step('find').log).toMatch(/^error: .*password/m);
    expect(run.step('find').log).toMatch(/^next: {2}\S/m);
    expect(run.step('find').outputs['exit-code']).toBe('2');
  });

  test.each([{}, { FORGEJO_ACTIONS: 'true' }])('explains an unknown command (%o)', async (env) => {
    const run = await act({ workflow: workflow(doctor('find', { command: 'stuk' })), secrets, env });
    expect(run.step('find')).toMatchObject({ succeeded: false, exitCode: 64 });
    expect(run.step('find').log).toContain('did you mean "stuck"?');
    expect(run.step('find').log).toMatch(/^next: {2}Use one of: /m);
    expect(run.output.includes('::error::')).toBe(!('FORGEJO_ACTIONS' in env));
  });
});

describe('reset', () => {
  test('changes nothing without yes, repairs the named run with it, and undo takes it back', async () => {
    const held = await builtStuck('v17');
    const run = `${held.runId}`;
    const before = await statuses(held);
    const secrets = { [secret]: urlOf(held.database) };
    const env = { XDG_STATE_HOME: home };

    const asked = await act({ workflow: workflow(doctor('reset', { command: 'reset', run })), secrets, env });
    expect(asked.step('reset')).toMatchObject({ succeeded: false, exitCode: 64 });
    expect(asked.step('reset').log).toContain('Nothing was changed: add --yes');
    expect(asked.step('reset').log).toMatch(/^ {2}update .*action_run_job.* set "status" = 5/m);
    expect(await statuses(held)).toEqual(before);

    const file = expression('fromJSON(steps.reset.outputs.result).undoFile');
    const back = await act({
      workflow: workflow(
        doctor('reset', { command: 'reset', run, yes: 'true' }),
        doctor('stuck', { command: 'stuck' }),
        doctor('undo', { command: 'undo', file, yes: 'true' }),
        doctor('again', { command: 'stuck', 'fail-on-findings': 'false' }),
      ),
      secrets,
      env,
    });
    expect(back.succeeded, back.output).toBe(true);
    expect(back.step('reset').log).toContain(`Take it back: ci-doctor undo ${home}`);
    expect(back.step('stuck').outputs['stuck-count']).toBe('0');
    expect(back.step('undo').log).toContain('undone, the rows are as they were before the reset');
    expect(await statuses(held)).toEqual(before);
    // What came back has just been written: its runner is silent again only after the time-out.
    expect(back.step('again').succeeded).toBe(true);
  });
});
