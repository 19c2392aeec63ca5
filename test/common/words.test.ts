import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { appendAudit, stateDirectory, userName } from '../../src/common/audit.ts';
import { messageOf, problem, unknown, usage } from '../../src/common/errors.ts';
import { groupBy } from '../../src/common/group.ts';
import { nearest } from '../../src/common/nearest.ts';
import { bytes, count, duration, parseDuration } from '../../src/common/output/words.ts';

test.each([
  [0, '0s'],
  [-5, '0s'],
  [59.9, '59s'],
  [60, '1m'],
  [200, '3m 20s'],
  [7_500, '2h 5m'],
  [3_605, '1h'],
  [349_200, '4d 1h'],
])('%d seconds are %s', (seconds, text) => {
  expect(duration(seconds)).toBe(text);
});

test.each([
  [0, '0 B'],
  [1_023, '1023 B'],
  [1_024, '1.0 KiB'],
  [1_048_575, '1.0 MiB'],
  [66_270_003, '63.2 MiB'],
  [2 ** 60, '1048576.0 TiB'],
])('%d bytes are %s', (number, text) => {
  expect(bytes(number)).toBe(text);
});

test('one run, two runs', () => {
  expect([count(1, 'run'), count(2, 'run'), count(0, 'entry', 'entries')]).toEqual(['1 run', '2 runs', '0 entries']);
});

test.each([
  ['90', 90],
  ['90s', 90],
  ['10m', 600],
  ['1h30m', 5_400],
  ['1.5h', 5_400],
  ['7d', 604_800],
  ['250ms', 0.25],
  ['', undefined],
  ['-5m', undefined],
  ['5 m', undefined],
  ['5x', undefined],
  ['1h30', undefined],
  ['9'.repeat(400), undefined],
])('%j as a duration is %s', (text, seconds) => {
  expect(parseDuration(text)).toBe(seconds);
});

describe('the nearest word', () => {
  const verbs = ['runs', 'show', 'stuck', 'reset', 'undo', 'to'];
  test.each([
    ['stukc', 'stuck'],
    ['RUN', 'runs'],
    ['rests', 'reset'],
    ['udno', 'undo'],
    ['deploy', undefined],
    ['x', undefined],
    ['', undefined],
    ['ab', undefined],
  ])('%j → %s', (word, verb) => {
    expect(nearest(word, verbs)).toBe(verb);
  });
});

test('groups keep their order and that of their items', () => {
  expect([...groupBy([3, 1, 4, 1, 5], (item) => item % 2)]).toEqual([
    [1, [3, 1, 1, 5]],
    [0, [4]],
  ]);
});

describe('errors', () => {
  test('the kind decides the exit code, and the cause is kept', () => {
    const cause = new Error('why');
    expect([problem, unknown, usage].map((make) => make('m', 'f', cause).exit)).toEqual([1, 2, 64]);
    expect(usage('m', 'f', cause).cause).toBe(cause);
    expect(usage('m', 'f')).not.toHaveProperty('cause');
  });

  test('the text of anything thrown', () => {
    const refused = new AggregateError([new Error('::1 refused'), new Error('127.0.0.1 refused')]);
    expect([new Error('m'), new TypeError(), refused, 'text', undefined].map(messageOf)).toEqual([
      'm',
      'TypeError',
      '::1 refused; 127.0.0.1 refused',
      'text',
      'undefined',
    ]);
  });
});

describe('the journal', () => {
  test('is where the environment says', () => {
    expect(stateDirectory({ FORGEJO_CI_TOOLKIT_STATE: '/s', HOME: '/h' })).toBe('/s');
    expect(stateDirectory({ XDG_STATE_HOME: '/x', HOME: '/h' })).toBe('/x/forgejo-ci-toolkit');
    expect(stateDirectory({ HOME: '/h' })).toBe('/h/.local/state/forgejo-ci-toolkit');
  });

  test('gets one line a record, without secrets, readable by its owner only', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'journal-'));
    try {
      const file = join(directory, 'new', 'journal.jsonl');
      const record = {
        tool: 't',
        action: 'a',
        outcome: 'done',
        details: { url: 'postgres://u:hunter2@h/d', n: 1 },
      } as const;
      await Promise.all(Array.from({ length: 20 }, () => appendAudit(file, record)));
      const lines = (await readFile(file, 'utf8')).trimEnd().split('\n');
      expect(lines).toHaveLength(20);
      for (const line of lines) {
        const { time, host, user, ...rest } = JSON.parse(line);
        expect(rest).toEqual({ ...record, details: { url: 'postgres://u:***@h/d', n: 1 } });
        expect([time, host, user]).toEqual([expect.stringMatching(/^\d{4}-.*Z$/), expect.any(String), userName()]);
      }
      expect((await stat(file)).mode & 0o777).toBe(0o600);
      expect((await stat(join(directory, 'new'))).mode & 0o777).toBe(0o700);
    } finally {
      await rm(directory, { recursive: true });
    }
  });
});
