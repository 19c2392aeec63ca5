import { expect, test } from 'vitest';
import { plainView, type View } from '../../../src/common/output/table.ts';
import type { JobDiagnosis, RunDiagnosis } from '../../../src/doctor/diagnose/diagnose.ts';
import { lineOf, type Statistics } from '../../../src/doctor/diagnose/statistics.ts';
import { diagnosisText, statisticsText } from '../../../src/doctor/verbs/diagnosis-text.ts';

const piped: View = { ...plainView, layout: 'tsv' };
const job: JobDiagnosis = {
  job: 'build',
  jobId: 7,
  taskId: 9,
  runner: 'runner-1',
  step: 'Build',
  cause: null,
  lines: [
    { number: 41, step: 'Build', text: 'the moon rises', decisive: false, isNew: null },
    { number: 42, step: 'Build', text: 'the tide failed', decisive: true, isNew: null },
  ],
  differs: [],
  fingerprint: 'unknown:0123456789',
  comparedWith: null,
  history: null,
  missing: null,
  notes: ['Two lines were left out.'],
};
const diagnosis: RunDiagnosis = { ...job, runId: 3, status: 'failure', jobs: [job], message: null };
const annotations = [
  {
    owner: 'gcc',
    severity: 'error' as const,
    file: 'a.c',
    line: 3,
    column: null,
    code: null,
    message: 'no moon',
    logLine: 42,
    step: 'Build',
  },
];

test('a piped diagnosis has all of what a terminal shows: lines, notes, and the places of a matcher', () => {
  const text = diagnosisText({ ...diagnosis, annotations }, piped);
  expect(text).toBe(diagnosisText({ ...diagnosis, annotations }, plainView));
  for (const part of [
    'build › Build',
    'no rule fits',
    '> 42  the tide failed',
    'note: Two lines',
    'a.c:3: error: no moon',
  ])
    expect(text).toContain(part);
});

test('and so have a run that is green, and one that Forgejo made no jobs of', () => {
  const green = { ...diagnosis, jobs: [], message: 'nothing to diagnose: the run is green.' };
  expect(diagnosisText(green, piped)).toBe('Run 3: nothing to diagnose: the run is green.');
  expect(diagnosisText({ ...green, annotations }, piped)).toContain('a.c:3: error: no moon');
  const cause = {
    id: 'pre-execution',
    title: '',
    blame: 'workflow' as const,
    retryable: false,
    message: 'No `on:`.',
    fix: 'Add it.',
    links: [],
  };
  expect(diagnosisText({ ...diagnosis, jobs: [], cause }, piped)).toContain('pre-execution: No `on:`.\nfix:  Add it.');
});

test('piped statistics count what is unexplained too, and all that was looked at', () => {
  const group = { first: 1, last: 2, repositories: ['org/app', 'org/lib'], runners: ['runner-1'], runs: [9, 8, 7, 6] };
  const result: Statistics = {
    since: 0,
    failed: 6,
    left: 2,
    explained: 3,
    share: 0.75,
    causes: [{ id: 'dns', title: 'A name', blame: 'network', retryable: true, count: 3, ...group }],
    unexplained: [{ fingerprint: 'unknown:01', line: 'the tide failed', count: 1, ...group, runs: [5] }],
  };
  expect(statisticsText(result, piped).split('\n')).toEqual([
    'count\tshare\tcause\tblame\tretryable\truns\trunners\trepositories\twhat\tfingerprint',
    '3\t0.7500\tdns\tnetwork\ttrue\t9,8,7,6\trunner-1\torg/app,org/lib\tA name\t-',
    '1\t0.2500\tunknown\tunknown\t-\t5\trunner-1\torg/app,org/lib\tthe tide failed\tunknown:01',
  ]);
});

test('an unexplained failure is known by its first error, else by the last word of the job, not of the runner', () => {
  const line = (text: string, decisive = false) => ({ number: 1, step: 'Build', text, decisive, isNew: null });
  const end = [line('  ❌  Failure - Main Build'), line('⚙️ [runner]: RUN exit status 3'), line("Job 'build' failed")];
  expect(lineOf({ lines: [line('quit'), ...end] })).toBe('quit');
  expect(lineOf({ lines: [line('it broke', true), line('quit'), ...end] })).toBe('it broke');
  expect(lineOf({ lines: end })).toBe("Job 'build' failed");
});
