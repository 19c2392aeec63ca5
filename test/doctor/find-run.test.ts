import { expect, test } from 'vitest';
import { parseRunName } from '../../src/doctor/find-run.ts';

test.each([
  ['42', { id: 42 }],
  ['org/app#7', { repository: 'org/app', index: 7 }],
  ['app#7', { repository: 'app', index: 7 }],
  ['#7', { repository: undefined, index: 7 }],
  ['https://git.example.org/org/app/actions/runs/7', { repository: 'org/app', index: 7 }],
  ['http://h:4747/sub/path/org/app/actions/runs/7/jobs/0/attempt/1?x=%zz#y', { repository: 'org/app', index: 7 }],
  ['https://h/api/v1/repos/org/app/actions/runs/42', { id: 42 }],
  ['https://h/api/v1/repos/org/app/actions/runs/42/jobs', { id: 42 }],
])('%s', (text, name) => {
  expect(parseRunName(text)).toEqual(name);
});

test.each([
  '',
  '0',
  '-1',
  '1.5',
  'app',
  'org/app',
  'a b#7',
  '9'.repeat(20),
  `#${'9'.repeat(20)}`,
  'https://h/%E0%A4%A/actions/runs',
  'https://h/org/app/actions/runs/',
  'https://h/org/app/actions/runs/seven',
])('%j does not name a run', (text) => {
  expect(() => parseRunName(text)).toThrow(expect.objectContaining({ kind: 'usage' }));
});
