import { type TestDialect, useDialect } from './dialect.ts';

/** Runs the tests of states, repairs, waiting and reading on a real database; of these `npm test` runs the repairs alone, embedded. */
export async function runOn(dialect: TestDialect): Promise<void> {
  useDialect(dialect);
  await import('../doctor/repair.test.ts');
  await import('../doctor/job-without-task.test.ts');
  await import('../doctor/reset-targets.test.ts');
  await import('../doctor/reading.test.ts');
  await import('../doctor/together.test.ts');
  await import('../doctor/forgejo-7.test.ts');
  await import('../doctor/waiting.test.ts');
  await import('../doctor/repair-by.test.ts');
  await import('../demo/states.test.ts');
}
