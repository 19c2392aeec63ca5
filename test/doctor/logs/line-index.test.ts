import { describe, expect, test } from 'vitest';
import { putVarint } from '../../../demo/forgejo/log.ts';
import { IndexDamage, openLineIndex } from '../../../src/doctor/logs/line-index.ts';
import { memoryIndex, random } from './kit.ts';

/** Line offsets of a log whose lines have the given lengths, the first at 0. */
function offsets(count: number, lengthOf: (line: number) => number): number[] {
  const found: number[] = [];
  let at = 0;
  for (let line = 0; line < count; line++) {
    found.push(at);
    at += lengthOf(line);
  }
  return found;
}
const encode = (of: readonly number[]) => Buffer.concat(of.map(putVarint));

test('numbers are written as Go writes them', () => {
  // From Go: binary.PutVarint of 0, 63, 64, 8191, 8192 and 1<<33.
  expect([0, 63, 64, 8191, 8192, 2 ** 33].map((value) => putVarint(value).toString('hex'))).toEqual([
    '00',
    '7e',
    '8001',
    'fe7f',
    '808001',
    '8080808040',
  ]);
});

test('without bytes there is no index', async () => {
  expect(await openLineIndex(memoryIndex(Buffer.alloc(0)).index)).toBeUndefined();
});

describe('every line is found', () => {
  const { below } = random(5);
  test.each<[string, number[]]>([
    ['one line', [0]],
    ['a short log', offsets(98, () => 42)],
    ['empty lines', offsets(300, () => 30)],
    ['ten thousand lines', offsets(10_000, (line) => 29 + (line % 90))],
    ['one huge step among short lines', offsets(40_000, (line) => (line > 20_000 && line < 20_400 ? 65_566 : 60))],
    ['first a single line beyond each size', [0, 70_000_000_000, 70_000_000_100]],
    ['gaps of whole sizes', offsets(30_000, (line) => (line === 15_000 ? 30_000_000_000 : 40))],
    ['random lengths', offsets(60_000, () => 29 + below(3) ** 9 * below(80))],
  ])('%s', async (_, expected) => {
    const index = (await openLineIndex(memoryIndex(encode(expected)).index))!;
    expect(index.lines).toBe(expected.length);
    expect(index.last).toBe(expected.at(-1));
    const asked = expected.length < 400 ? expected.map((_, line) => line) : [0, 1, expected.length - 1];
    for (let turn = 0; turn < 200; turn++) asked.push(below(expected.length));
    for (const line of asked) {
      const offset = expected[line]!;
      expect(await index.offsetOf(line)).toBe(offset);
      expect(await index.lineAt(offset)).toBe(line);
      expect(await index.lineAt(offset + 1)).toBe(line + 1);
    }
  });
});

test('of a large index only a few small pieces are read', async () => {
  // Two million lines of a log of 800 MB: numbers of one to five bytes, 9 MB of index.
  const expected = offsets(2_000_000, (line) => 30 + ((line * 7919) % 800));
  const { index, counted } = memoryIndex(encode(expected));
  const lines = (await openLineIndex(index))!;
  expect(lines.lines).toBe(expected.length);
  expect(await lines.offsetOf(1_900_123)).toBe(expected[1_900_123]);
  expect(await lines.offsetOf(1_900_456)).toBe(expected[1_900_456]);
  expect(counted.bytes).toBeLessThan(20_000);
  expect(counted.reads).toBeLessThan(25);
});

describe('an index that is damaged', () => {
  const open = (bytes: Buffer) => openLineIndex(memoryIndex(bytes).index);
  const good = encode(offsets(50, () => 100));

  test.each<[string, Buffer]>([
    ['does not begin at 0', encode([5, 100])],
    ['ends within a number', good.subarray(0, -1)],
    ['goes back', encode([0, 500, 300])],
    ['holds a negative offset', Buffer.from([0, 0x03])],
    ['never ends', Buffer.alloc(40, 0xff)],
    ['is longer than a number may be', Buffer.concat([Buffer.from([0]), Buffer.alloc(12, 0x80), Buffer.from([1])])],
    ['is not the shortest form', Buffer.from([0, 0x84, 0x00])],
  ])('%s', async (_, bytes) => {
    await expect(open(bytes)).rejects.toBeInstanceOf(IndexDamage);
  });

  test('a change anywhere ends in an answer or in IndexDamage, never otherwise', async () => {
    const { below } = random(77);
    const whole = encode(offsets(30_000, (line) => 29 + ((line * 31) % 200)));
    for (let turn = 0; turn < 300; turn++) {
      const bytes = Buffer.from(whole);
      for (let change = 0; change <= below(3); change++) bytes[below(bytes.length)] = below(256);
      const cut = bytes.subarray(0, turn % 3 === 0 ? below(bytes.length) : bytes.length);
      try {
        const index = await open(cut);
        if (!index) continue;
        for (let ask = 0; ask < 5; ask++) {
          const offset = await index.offsetOf(below(index.lines));
          expect(offset).toBeGreaterThanOrEqual(0);
          expect(await index.lineAt(offset)).toBeLessThanOrEqual(index.lines);
        }
      } catch (error) {
        expect(error).toBeInstanceOf(IndexDamage);
      }
    }
  });
});
