import { expect, test, vi } from 'vitest';
import type { Io } from '../../../src/common/io.ts';
import { plainView } from '../../../src/common/output/table.ts';
import { fleetProgress } from '../../../src/deploy/environment/progress.ts';
import { showHistory } from '../../../src/deploy/view.ts';

test('without a terminal no host keeps the progress of another from being told', () => {
  const notes: string[] = [];
  const io = { view: plainView, note: (text: string) => void notes.push(text) } as unknown as Io;
  const progress = fleetProgress(io);
  vi.useFakeTimers({ toFake: ['performance'] });
  for (const host of ['one', 'two']) progress.progress(host, 0, 4);
  vi.advanceTimersByTime(6_000);
  for (const host of ['one', 'two', 'one', 'two']) progress.progress(host, 1, 4);
  vi.useRealTimers();
  expect(notes.map((line) => /(one|two): /.exec(line)?.[1])).toEqual(['one', 'two']);
});

test('a history says why a person did by hand what is for CI', () => {
  const entry = {
    host: 'one',
    at: '2026-01-31T12:05:01Z',
    action: 'deploy',
    outcome: 'deployed',
    release: 'r',
    sha256: 'a',
    previous: null,
    previousSha256: null,
    downtimeMs: null,
    error: null,
    by: 'me',
    commit: null,
    runUrl: null,
    manual: 'the forge is down',
  } as const;
  expect(showHistory([entry], plainView)).toContain('the forge is down');
});
