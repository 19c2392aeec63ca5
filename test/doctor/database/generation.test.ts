import { describe, expect, test } from 'vitest';
import { type SchemaFacts, tellGeneration } from '../../../src/doctor/database/generation.ts';

/** What the tables of every Forgejo since 7 hold, as far as generations are told by it. */
const columns: Record<string, string> = {
  action_run:
    'id title repo_id owner_id workflow_id index trigger_user_id ref commit_sha event need_approval status version started stopped created updated',
  action_run_job:
    'id run_id repo_id owner_id commit_sha name attempt workflow_payload job_id needs runs_on task_id status started stopped created updated',
  action_task:
    'id job_id attempt runner_id status started stopped repo_id commit_sha log_filename log_in_storage log_length log_size log_indexes log_expired created updated',
  action_task_step: 'id name task_id index status log_index log_length started stopped updated',
  action_tasks_version: 'id owner_id repo_id version created_unix updated_unix',
  action_runner: 'id name agent_labels last_online last_active',
  repository: 'id owner_name lower_name name',
  user: 'id name lower_name',
};
/** `+table.column` adds, `-table.column` and `-table` take away. */
function facts(level: number | null, ...changes: string[]): SchemaFacts {
  const tables = new Map(Object.entries(columns).map(([table, names]) => [table, new Set(names.split(' '))]));
  for (const change of changes) {
    const [table, column] = change.slice(1).split('.');
    if (column === undefined) tables.delete(table!);
    else if (change.startsWith('+')) tables.get(table!)!.add(column);
    else tables.get(table!)!.delete(column);
  }
  return { columns: tables, indexedTaskJobId: false, level };
}
const tell = (level: number | null, ...changes: string[]) => tellGeneration(facts(level, ...changes), 'here');

describe('aggregation', () => {
  test.each([
    ['handle', null, ['+action_run_job.handle'], 'new'],
    ['keep_pronouns_private', 20, ['+user.keep_pronouns_private'], 'new'],
    ['level 23', 23, [], 'old'],
    ['level 24: in between', 24, [], null],
    ['level 27: in between', 27, [], null],
    ['level 28', 28, [], 'new'],
    ['no level', null, [], null],
  ])('by %s', (_, level, changes, aggregation) => {
    expect(tell(level, ...changes).aggregation).toBe(aggregation);
  });

  test('--generation settles a doubt and nothing else', () => {
    expect(tellGeneration(facts(25), 'here', 'old').aggregation).toBe('old');
    expect(tellGeneration(facts(28), 'here', 'old').aggregation).toBe('new');
  });
});

test('the other traits are told by columns', () => {
  expect(tell(44)).toMatchObject({ countsAttemptAtRequeue: false, countsRunsInRepository: false });
  expect(tell(44, '+action_run_job.handle').countsAttemptAtRequeue).toBe(true);
  expect(tell(44, '+repository.num_action_runs').countsRunsInRepository).toBe(false);
  expect(tell(44).hasPriorities).toBe(false);
  expect(tell(44, '+action_run.priority').hasPriorities).toBe(true);
  const both = ['+repository.num_action_runs', '+repository.num_closed_action_runs'];
  expect(tell(44, ...both).countsRunsInRepository).toBe(true);
});

describe('a schema that is not known', () => {
  test.each([
    ['-action_run.version', /column "action_run\.version" missing/],
    ['-action_task_step', /table "action_task_step" missing/],
  ])('%s: names what is missing', (change, message) => {
    expect(() => tell(44, change)).toThrow(
      expect.objectContaining({ kind: 'unknown', message: expect.stringMatching(message) }),
    );
  });

  test("without action_run, or most tables, it is not Forgejo's", () => {
    for (const changes of [['-action_run'], ['-action_task', '-repository', '-user']])
      expect(() => tell(44, ...changes)).toThrow(/^here is not a Forgejo database/);
  });
});
