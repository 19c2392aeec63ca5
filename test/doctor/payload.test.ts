import { expect, test } from 'vitest';
import { parseFailure } from '../../src/doctor/stuck/payload.ts';

test.each([
  ['a text', 'just text', 'it is no mapping'],
  ['a list', '- a', 'it is no mapping'],
  ['an empty list', '[]', 'it is no mapping'],
  ['nothing', ' \n', 'it is empty'],
  ['jobs in a list', 'jobs: [1, 2]', 'jobs is no mapping'],
  ['a job that is a number', 'jobs: { a: 1 }', 'job "a" is no mapping'],
  ['a key twice', 'jobs:\n    a:\n        name: one\n        name: two\n', '"name" stands twice in job "a"'],
  ['a job twice', 'jobs:\n    a: {}\n    a: {}\n', 'job "a" stands twice'],
  ['an alias without its anchor', 'name: *x\njobs: {}\n', 'alias *x has no anchor'],
])('the server fails over %s', (_, text, failure) => {
  expect(parseFailure(text)).toBe(failure);
});

test('a tab in the indent is told with its place', () => {
  expect(parseFailure('jobs:\n\ta: b\n')).toMatch(/tab/i);
});

test.each([
  [
    'what Forgejo writes',
    '"on":\n    push:\njobs:\n    a:\n        runs-on: self-hosted\n        steps:\n            - run: "true"\n',
  ],
  ['anchors and merges', 'jobs:\n    a: &a\n        env: { X: 1 }\n    b:\n        <<: *a\n        <<: *a\n'],
  ['a job by its alias', 'x: &j { runs-on: a }\njobs:\n    a: *j\n'],
  ['no jobs', 'name: x\njobs:\n'],
])('the server reads %s', (_, text) => {
  expect(parseFailure(text)).toBeNull();
});
