import { expect, test } from 'vitest';
import {
  adopt,
  emptyState,
  freeSlot,
  knownSha256,
  parseHistory,
  parseState,
  type Release,
  releaseId,
  slotNames,
  writeState,
} from '../../src/deploy/state.ts';

const release = (id: string, slot: string): Release => ({
  id,
  sha256: id.repeat(8),
  size: 1,
  slot,
  at: '',
  by: 'a',
  commit: null,
  runUrl: null,
});

test('keeps the newest healthy releases, and never drops the current one', () => {
  let state = emptyState;
  for (const [index, id] of ['a', 'b', 'c', 'd'].entries()) state = adopt(state, release(id, String(index)), 3).state;
  expect(state.releases.map(({ id }) => id)).toEqual(['b', 'c', 'd']);
  // Back to the oldest one that is kept: its place in time stays.
  const back = adopt(state, state.releases[0]!, 3);
  expect(back.state).toMatchObject({ current: 'b' });
  expect(back.state.releases.map(({ id }) => id)).toEqual(['b', 'c', 'd']);
  const fewer = adopt(back.state, state.releases[0]!, 1);
  expect(fewer.state.releases.map(({ id }) => id)).toEqual(['b']);
  expect(fewer.dropped.map(({ id }) => id)).toEqual(['c', 'd']);
});

test('a release on trial does not count, keeps what it replaced, and goes when another one is taken in', () => {
  const trial = (id: string, slot: string, previous: string): Release => ({
    ...release(id, slot),
    trial: true,
    previous,
  });
  const ids = ({ state }: { state: { releases: Release[] } }) => state.releases.map(({ id }) => id);
  const one = adopt(emptyState, release('a', '1'), 1).state;
  const tried = adopt(one, trial('b', '2', 'a'), 1);
  expect(ids(tried)).toEqual(['a', 'b']);
  // It failed, and what it replaced is back.
  expect(ids(adopt(tried.state, tried.state.releases[0]!, 1))).toEqual(['a']);
  // Nobody knows how it did, and the next one is on trial as well: that one may have to go back to it.
  const next = adopt(tried.state, trial('c', '3', 'b'), 1);
  expect(ids(next)).toEqual(['a', 'b', 'c']);
  const { trial: _, ...proven } = next.state.releases[2]!;
  const { state, dropped } = adopt(
    { ...next.state, releases: [...next.state.releases.slice(0, 2), proven] },
    proven,
    2,
  );
  expect(ids({ state })).toEqual(['a', 'c']);
  expect(dropped.map(({ id }) => id)).toEqual(['b']);
});

test('the slots that sudoers lines name suffice for keeping, the newcomer, and what it replaces', () => {
  const taken: string[] = [];
  for (let count = 0; count < 3 + 2; count++) taken.push(freeSlot(taken));
  expect(taken).toEqual(slotNames(3));
});

test('a release is named by time and content', () => {
  expect(releaseId(0, 'abcdef0123', [])).toBe('19700101T000000Z-abcdef01');
  expect(releaseId(0, 'abcdef0123', ['19700101T000000Z-abcdef01'])).toBe('19700101T000000Z-abcdef01.2');
});

test('a state survives being written, and a damaged one is no state', () => {
  const state = adopt(emptyState, release('a', '1'), 3).state;
  expect(parseState(writeState(state), 'host', '/p')).toEqual(state);
  expect(parseState(null, 'host', '/p')).toEqual(emptyState);
  expect(() => parseState('{"version":1', 'host', '/p')).toThrow(/cannot be read/);
  expect(() => parseState('{"version":2}', 'host', '/p')).toThrow(/cannot be read/);
});

test('a remembered sha256 counts for that very file only', () => {
  const file = { inode: '1:2', size: 3, mtime: 4 };
  const state = { ...emptyState, known: { ...file, sha256: 'x' } };
  expect(knownSha256(state, file)).toBe('x');
  for (const other of [{ ...file, inode: '1:3' }, { ...file, size: 4 }, { ...file, mtime: 5 }, null])
    expect(knownSha256(state, other)).toBeNull();
});

test('a history line that was cut off is left out', () => {
  expect(parseHistory('{"release":"a"}\n{"relea\n\n{"release":"b"}\n').map(({ release: id }) => id)).toEqual([
    'a',
    'b',
  ]);
});
