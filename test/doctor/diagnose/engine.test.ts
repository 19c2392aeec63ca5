import { describe, expect, test } from 'vitest';
import { type Evidence, explainFailure } from '../../../src/doctor/diagnose/engine.ts';
import { normalise, plain } from '../../../src/doctor/diagnose/line.ts';
import { textRules } from '../../../src/doctor/diagnose/rules/index.ts';
import type { Facts } from '../../../src/doctor/diagnose/state.ts';

const now = 1_795_320_000;
const task = {
  status: 2,
  started: now - 100,
  stopped: now - 40,
  heartbeat: now - 40,
  runner: 'runner-1',
  logLength: 9,
  stepsRun: 1,
};
const ordinary: Facts = {
  now,
  runId: 42,
  jobStatus: 2,
  created: now - 110,
  stopped: now - 40,
  runsOn: ['linux'],
  needs: [],
  task,
  ended: true,
  lastLine: now - 41,
  preExecution: null,
  zombieTimeout: 600,
};

function explain(log: string, more: Partial<Omit<Evidence, 'facts' | 'lines'>> & { facts?: Partial<Facts> } = {}) {
  const lines = log.split('\n').map((text, at) => ({ number: at + 1, step: 'Build', time: '', text }));
  return explainFailure({ lines, ...more, facts: { ...ordinary, ...more.facts } }, textRules);
}
const good = (log: string) => new Set(log.split('\n').map((line) => normalise(plain(line))));

describe('which line is the cause', () => {
  test('the first that a rule fits, not what follows from it', () => {
    const { cause, lines } = explain(
      'cc -c a.c\nsrc/a.c:3:1: error: expected identifier\nsrc/b.c:9:2: error: unknown type\nmake: *** [Makefile:4: a.o] Error 1\ncurl: (6) Could not resolve host: cache.example.org\n🏁  Job failed',
    );
    expect(cause).toMatchObject({ id: 'c-build', message: 'src/a.c:3 does not compile or link: expected identifier' });
    expect(lines.filter(({ decisive }) => decisive).map(({ number }) => number)).toEqual([2]);
  });

  test('not one that the last good run printed too, whatever its numbers, paths and hashes', () => {
    const before = 'ssh: connect to host 10.0.3.9 port 41233: Connection refused\nwaiting';
    const log = 'ssh: connect to host 10.0.3.9 port 35001: Connection refused\nwaiting\n--- FAIL: TestTide (0.02s)';
    expect(explain(log).cause?.id).toBe('ssh-refused');
    const compared = explain(log, { good: good(before) });
    expect(compared.cause?.id).toBe('test-failed');
    expect(compared.lines.map(({ isNew }) => isNew)).toEqual([false, false, true]);
  });

  test('not a trial that was repeated, unless nothing else went wrong', () => {
    const trials =
      'curl: (28) Operation timed out after 30001 milliseconds\nWarning: Problem: timeout. Will retry in 1 seconds. 1 retry left.';
    expect(explain(`${trials}\nerror[E0308]: mismatched types`).cause?.id).toBe('rust-build');
    expect(explain(`${trials}\ngiving up`).cause?.id).toBe('network-timeout');
  });

  test('not a warning, not the echo of a command, not the name of a test that passed', () => {
    expect(
      explain(
        "warning: No space left on device\n+ grep 'Permission denied' log\n ✓ test/net.test.ts > says connection refused\nit broke",
      ).cause,
    ).toBeNull();
  });

  test('a hint only where nothing else fits', () => {
    expect(explain("exitcode '137': failure").cause?.id).toBe('killed');
    expect(explain("FATAL ERROR: JavaScript heap out of memory\nexitcode '137': failure").cause?.id).toBe(
      'out-of-memory',
    );
  });

  test('also through colours, progress bars, and lines of a megabyte', () => {
    expect(explain('\x1b[1m\x1b[31merror[E0433]\x1b[0m: failed to resolve').cause?.id).toBe('rust-build');
    expect(explain('10%\r50%\rcp: cannot create /srv/x: No space left on device').cause?.id).toBe('disk-full');
    expect(
      explain(`${'x'.repeat(1_000_000)} No space left on device\nNo space left on device`).lines.find(
        ({ decisive }) => decisive,
      )?.number,
    ).toBe(2);
  });
});

describe('what programs print also where they go on', () => {
  test.each<[string, string, string]>([
    [
      'noise of a test that goes well',
      'connect ECONNREFUSED 127.0.0.1:6379\n FAIL  test/user.test.ts > saves',
      'test-failed',
    ],
    [
      'the exception that a test fails with',
      'E  ConnectionRefusedError: [Errno 111] Connection refused\nFAILED t.py::test_a',
      'test-failed',
    ],
    [
      'a wait for a server',
      'curl: (7) Failed to connect to localhost port 5858 after 0 ms: Connection refused\nsleeping 2\nserver is up\n--- FAIL: TestA (0.01s)',
      'test-failed',
    ],
    [
      'a command with "|| true"',
      "rm: cannot remove '/root/x': Permission denied\nerror[E0308]: mismatched types",
      'rust-build',
    ],
    ['the database of a test', 'sqlite3.OperationalError: database is locked\nFAILED t.py::test_lock', 'test-failed'],
  ])('%s is not the cause', (_, log, id) => {
    expect(explain(log).cause?.id).toBe(id);
  });

  test('counts where nothing else went wrong: the first of those at the end', () => {
    const noise = `curl: (7) Failed to connect to a.example port 80: Connection refused\n${'working\n'.repeat(30)}`;
    const end = 'Error: connect ECONNREFUSED 10.0.3.9:5432\n    at TCP\nError: connect ECONNREFUSED 10.0.3.9:5433';
    expect(explain(noise + end).cause?.message).toContain('10.0.3.9, port 5432');
  });

  test('does not count where all is said to be well afterwards, or somebody waits', () => {
    expect(explain('connect ECONNREFUSED 127.0.0.1:80\nthe server is up\nit broke').cause).toBeNull();
    expect(explain('connect ECONNREFUSED 127.0.0.1:80\nthe server is not ready yet').cause?.id).toBe(
      'connection-refused',
    );
    expect(explain('Error: connect ETIMEDOUT 10.0.3.9:80 (attempt 1 of 3)\nit broke').cause).toBeNull();
    expect(explain('Error: connect ETIMEDOUT 10.0.3.9:80 (attempt 3 of 3)\nit broke').cause?.id).toBe(
      'network-timeout',
    );
  });
});

describe('what follows from something said before', () => {
  test.each<[string, string]>([
    [
      "WARNING: Retrying (Retry(total=4)) after connection broken by 'SSLError: certificate verify failed: unable to get local issuer certificate'",
      'tls-untrusted',
    ],
    [
      "WARNING: Retrying (Retry(total=0)) after connection broken by 'NewConnectionError: Temporary failure in name resolution'",
      'dns',
    ],
  ])('a package is not there: %s', (before, id) => {
    const after = 'ERROR: No matching distribution found for requests';
    expect(explain(`${before}\n${after}`).cause?.id).toBe(id);
    expect(explain(`${before}\n${'done\n'.repeat(200)}${after}`).cause?.id).toBe('package-missing');
  });

  test('the command of a build that failed has its reason below', () => {
    const build = 'error: failed to run custom build command for `openssl-sys v0.9.102`\n  --- stderr\n';
    expect(explain(`${build}  Could not find directory of OpenSSL installation`).cause?.id).toBe('library-missing');
    expect(explain(`${build}  something else`).cause?.id).toBe('rust-build');
  });
});

test('the word of bash that a process was killed comes before what was printed by the way', () => {
  const { cause } = explain(
    "connect ECONNREFUSED 127.0.0.1:80\nworking\n/bin/bash: line 3:   812 Killed   cargo build\nexitcode '137': failure",
  );
  expect(cause?.id).toBe('killed');
});

describe('what no rule knows', () => {
  const log =
    'step one\nrunning 0 errors so far\nthe moon failed to rise at 04:12\nlooking again\nstep two\n⚙️ [runner]: RUN exit status 3\n🏁  Job failed';

  test('is unknown, with the first line that looks like an error', () => {
    const { cause, lines, fingerprint } = explain(log);
    expect(cause).toBeNull();
    expect(lines.filter(({ decisive }) => decisive).map(({ text }) => text)).toEqual([
      'the moon failed to rise at 04:12',
    ]);
    expect(fingerprint).toMatch(/^unknown:[0-9a-f]{10}$/);
  });

  test('shows what the last good run did not print', () => {
    const many = Array.from({ length: 30 }, (_, at) => `part ${at} is fine`).join('\n');
    const { differs } = explain(`${log}\n${many}\nthe tide stands still\n${many}`, {
      good: good(`step one\nstep two\n${many}`),
    });
    expect(differs.map(({ text }) => text)).toEqual(['the tide stands still']);
  });

  test('shows the end of a log without any such line', () => {
    const { cause, lines } = explain('one\ntwo\n⚙️ [runner]: RUN exit status 3\n🏁  Job failed');
    expect(cause).toBeNull();
    expect(lines.map(({ text }) => text)).toContain('two');
  });
});

test.each([
  'moon: no such file',
  '/bin/bash: line 1: deploy_key: unbound variable',
  "make: *** No rule to make target 'buidl'.  Stop.",
  'E: The repository of the moon is not signed.',
  'moon: NO_PUBKEY 1234ABCD of the moon',
])('the first error is %s, not what the runner says of the step', (line) => {
  const { lines } = explain(`⭐ Run Main Build\n${line}\n  ❌  Failure - Main Build\n🏁  Job failed`);
  expect(lines.filter(({ decisive }) => decisive).map(({ text }) => text)).toEqual([line]);
});

test('the runner’s word on a step says nothing about why', () => {
  const prints = ['one moon', 'two suns'].map(
    (line) => explain(`⭐ Run Main Build\n${line}\n  ❌  Failure - Main Build\n🏁  Job failed`).fingerprint,
  );
  expect(new Set(prints).size).toBe(2);
});

describe('the fingerprint', () => {
  const print = (log: string) => explain(log).fingerprint;

  test('is the same for the same failure of another run', () => {
    expect(print("mkdir: cannot create directory '/srv/ci/8f3a2b1c9d/x': No space left on device")).toBe(
      print("mkdir: cannot create directory '/srv/ci/0011aa22bb/x': No space left on device"),
    );
    expect(
      print('the moon failed at 2026-11-22T04:12:01Z, id 9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d\n/tmp/a.X12/y'),
    ).toBe(print('the moon failed at 2026-11-23T17:40:59Z, id 1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed\n/tmp/b.Y9/y'));
  });

  test('is another for another test, host, or rule', () => {
    const prints = [
      '--- FAIL: TestTide (0.01s)',
      '--- FAIL: TestMoon (0.01s)',
      'curl: (6) Could not resolve host: a.example',
      'curl: (6) Could not resolve host: b.example',
      'the sun failed',
    ].map(print);
    expect(new Set(prints).size).toBe(prints.length);
  });
});

test('no line drives the terminal of a reader', () => {
  const { lines, cause } = explain('\x1b]0;title\x07error[E0001]: \x1b[2J\u202eevil\x9b31m');
  expect(JSON.stringify([lines, cause])).not.toMatch(/\\u001b|\x9b|\u202e|\x07/);
});

describe('rows come before text', () => {
  const log = 'No space left on device';
  test.each<[string, Partial<Facts>, string]>([
    [
      'a runner that is silent',
      { jobStatus: 6, task: { ...task, status: 6, stopped: 0, heartbeat: now - 900 } },
      'runner-silent',
    ],
    ['a job at 6 whose task has ended', { jobStatus: 6 }, 'rows-disagree'],
    ['a job set to 0 by hand', { jobStatus: 0 }, 'rows-disagree'],
    ['a log that breaks off', { ended: false, lastLine: now - 700 }, 'runner-lost'],
    [
      'a job that ran for hours',
      { ended: false, lastLine: now - 45, task: { ...task, started: now - 4 * 3600 } },
      'endless-task',
    ],
    ['a job without a line', { ended: null, lastLine: 0, task: { ...task, logLength: 0 } }, 'nothing-sent'],
    ['a job that nobody took', { task: null, jobStatus: 3, created: now - 90_000, stopped: now }, 'never-taken'],
    [
      'a workflow that Forgejo could not read',
      { preExecution: 'the matrix of a job cannot be computed: build' },
      'pre-execution',
    ],
  ])('%s', (_, facts, id) => {
    expect(explain(log, { facts }).cause?.id).toBe(id);
  });

  test('a job whose log ends as it should is left to the text', () => {
    expect(explain(log).cause?.id).toBe('disk-full');
    expect(explain(log, { facts: { ended: false, lastLine: now - 45 } }).cause?.id).toBe('disk-full');
  });

  test('a job that failed at once, without a step, is told by its text where that says more', () => {
    const facts = { task: { ...task, stopped: task.started + 1, stepsRun: 0 } };
    expect(explain('workflow prepared\nsomething odd', { facts }).cause).toMatchObject({
      id: 'failed-at-once',
      message: expect.stringContaining('after 1 s'),
    });
    expect(explain('Unable to resolve action `actions/chekout@v4`', { facts }).cause?.id).toBe('action-missing');
  });
});
