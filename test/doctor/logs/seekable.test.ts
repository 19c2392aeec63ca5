import { compress } from '@mongodb-js/zstd';
import { beforeAll, describe, expect, test } from 'vitest';
import { seekableZstd, seekTable, zstdFrame } from '../../../demo/forgejo/log.ts';
import { type Damage, type LogText, openText } from '../../../src/doctor/logs/text.ts';
import { memoryFile, random } from './kit.ts';

const frameSize = 10_000;
const text = Buffer.from(
  Array.from({ length: 2000 }, (_, n) => `2026-11-22T01:00:00.0000000Z line ${n} ${(n * 7919) % 997}\n`).join(''),
);
const frames = Math.ceil(text.length / frameSize);
let file: Buffer;
let tableAt: number;

beforeAll(async () => {
  file = await seekableZstd(text, frameSize);
  tableAt = file.length - 17 - frames * 12;
});

/** The whole text, damaged parts as `undefined` bytes left out and told apart. */
async function readAll(log: LogText): Promise<{ pieces: [start: number, bytes: Buffer][]; damage: readonly Damage[] }> {
  const pieces: [number, Buffer][] = [];
  for (let position = 0; position < log.size; ) {
    const chunk = await log.chunk(position);
    expect(chunk.start).toBeLessThanOrEqual(position);
    expect(chunk.end).toBeGreaterThan(position);
    if (chunk.bytes) pieces.push([chunk.start, chunk.bytes]);
    position = chunk.end;
  }
  return { pieces, damage: log.damage };
}
const joined = (pieces: [number, Buffer][]) => Buffer.concat(pieces.map(([, bytes]) => bytes));

/** A copy of the file with one entry of its seek table changed. */
function withEntry(frame: number, change: { size?: number; textSize?: number; checksum?: number }): Buffer {
  const copy = Buffer.from(file);
  const at = tableAt + 8 + frame * 12;
  if (change.size !== undefined) copy.writeUInt32LE(change.size, at);
  if (change.textSize !== undefined) copy.writeUInt32LE(change.textSize, at + 4);
  if (change.checksum !== undefined) copy.writeUInt32LE(change.checksum, at + 8);
  return copy;
}
const entry = (frame: number) => ({
  size: file.readUInt32LE(tableAt + 8 + frame * 12),
  textSize: file.readUInt32LE(tableAt + 12 + frame * 12),
});
const frameOffset = (frame: number) =>
  Array.from({ length: frame }, (_, n) => entry(n).size).reduce((a, b) => a + b, 0);

test('any byte is read through the table and one frame', async () => {
  const log = await openText(memoryFile(file), text.length);
  expect(log.size).toBe(text.length);
  const tables = log.bytesRead;
  expect(tables).toBe(4 + 9 + 8 + frames * 12);
  const chunk = await log.chunk(45_678);
  expect(chunk).toMatchObject({ start: 40_000, end: 50_000 });
  expect(chunk.bytes!.equals(text.subarray(40_000, 50_000))).toBe(true);
  expect(log.bytesRead - tables).toBe(entry(4).size);
  await log.chunk(41_000);
  expect(log.bytesRead - tables).toBe(entry(4).size);
  expect([log.notes, log.damage]).toEqual([[], []]);
});

describe('files that are not quite what Forgejo writes are read all the same', () => {
  const whole = async (bytes: Buffer, note?: RegExp) => {
    const log = await openText(memoryFile(bytes));
    const { pieces, damage } = await readAll(log);
    expect(joined(pieces).equals(text)).toBe(true);
    expect(damage).toEqual([]);
    expect(log.notes.join(' ')).toMatch(note ?? /^$/);
  };

  test('plain text, also where the name says otherwise', () => whole(text));
  test('one frame without size, checksum or table, as `zstd` through a pipe writes', async () =>
    whole(await compress(text), /without a seek table/));
  test('frames without a table', () => whole(file.subarray(0, tableAt), /without a seek table/));
  test('a table without checksums', async () => {
    const table = seekTable([]).subarray(0);
    const entries = Buffer.alloc(frames * 8);
    for (let n = 0; n < frames; n++) {
      entries.writeUInt32LE(entry(n).size, n * 8);
      entries.writeUInt32LE(entry(n).textSize, n * 8 + 4);
    }
    const header = Buffer.from(table.subarray(0, 8));
    header.writeUInt32LE(entries.length + 9, 4);
    const footer = Buffer.from(table.subarray(-9));
    footer.writeUInt32LE(frames, 0);
    footer[4] = 0;
    await whole(Buffer.concat([file.subarray(0, tableAt), header, entries, footer]));
  });
  test('other skippable frames before and between', async () => {
    const extra = Buffer.concat([Buffer.from([0x51, 0x2a, 0x4d, 0x18, 5, 0, 0, 0]), Buffer.from('hello')]);
    const cut = frameOffset(3);
    await whole(Buffer.concat([extra, file.subarray(0, cut), extra, file.subarray(cut)]), /seek table is wrong/);
  });
  test('frames of unequal size with an honest table', async () => {
    const parts = [text.subarray(0, 100), text.subarray(100, 30_000), text.subarray(30_000)];
    const made = await Promise.all(parts.map(zstdFrame));
    await whole(Buffer.concat([...made.map(({ bytes }) => bytes), seekTable(made.map((one) => one.entry))]));
  });
  test('a frame that is larger than what is read at once is not called damaged', async () => {
    const large = Buffer.alloc(17 * 1024 * 1024, 'a line\n');
    const whole = await compress(large);
    // Without its size, as through a pipe: the first two bytes of the header say how long it is.
    const stated = await zstdFrame(large);
    for (const bytes of [whole, Buffer.concat([stated.bytes, seekTable([stated.entry])])]) {
      const log = await openText(memoryFile(bytes));
      if (log.size > 0) expect((await log.chunk(0)).bytes).toBeUndefined();
      expect(log.damage).toEqual([
        expect.objectContaining({
          tooLarge: true,
          message: expect.stringMatching(
            /decodes to more than 16777216 bytes, .* no damage; "zstd -dc FILE \| less" shows/,
          ),
        }),
      ]);
    }
  });
  test('an empty log', async () => {
    for (const bytes of [await seekableZstd(Buffer.alloc(0)), Buffer.alloc(0)])
      expect((await openText(memoryFile(bytes))).size).toBe(0);
  });
});

describe('a seek table that lies', () => {
  const moved = { from: 3, to: 6 };
  test.each<[string, () => Buffer, RegExp]>([
    ['about a decoded size', () => withEntry(2, { textSize: frameSize + 1 }), /does not fit the frames/],
    [
      'about the last decoded size',
      () => withEntry(frames - 1, { textSize: entry(frames - 1).textSize - 1 }),
      /does not fit the frames/,
    ],
    ['about a compressed size', () => withEntry(2, { size: entry(2).size + 1 }), /seek table is wrong/],
    [
      'about the number of frames',
      () => {
        const copy = Buffer.from(file);
        copy.writeUInt32LE(0xffff_ffff, copy.length - 9);
        return copy;
      },
      /seek table at the file's end is damaged/,
    ],
    [
      'with a damaged header',
      () => {
        const copy = Buffer.from(file);
        copy[tableAt + 4]! ^= 1;
        return copy;
      },
      /is damaged/,
    ],
    [
      'about two decoded sizes, the sum being right',
      () => {
        const copy = withEntry(moved.from, { textSize: frameSize - 500 });
        copy.writeUInt32LE(frameSize + 500, tableAt + 12 + moved.to * 12);
        return copy;
      },
      /does not fit the frames/,
    ],
  ])('%s: every byte is where it belongs, and a note says so', async (_, make, note) => {
    const log = await openText(memoryFile(make()), text.length);
    for (const position of [text.length - 1, 70_001, 0]) {
      const chunk = await log.chunk(position);
      expect(chunk.bytes!.equals(text.subarray(chunk.start, chunk.end))).toBe(true);
    }
    expect(log.size).toBe(text.length);
    expect(log.notes.join(' ')).toMatch(note);
  });

  test('about where frames begin, the sum being right: found when such a frame is read', async () => {
    const copy = withEntry(3, { size: entry(3).size + 7 });
    copy.writeUInt32LE(entry(4).size - 7, tableAt + 8 + 4 * 12);
    const log = await openText(memoryFile(copy), text.length);
    const chunk = await log.chunk(35_000);
    expect(chunk.bytes!.equals(text.subarray(30_000, 40_000))).toBe(true);
    expect(log.notes).toEqual([expect.stringMatching(/does not fit the frames/)]);
    expect(log.damage).toEqual([]);
  });

  test('about a checksum: the frame has its own, which is right', async () => {
    const log = await openText(memoryFile(withEntry(3, { checksum: 1 })), text.length);
    expect(joined((await readAll(log)).pieces).equals(text)).toBe(true);
    expect(log.notes).toEqual([expect.stringMatching(/checksum of frame 4/)]);
  });
});

describe('a damaged file', () => {
  test('one frame is lost, its place is named, the others are read', async () => {
    const copy = Buffer.from(file);
    const offset = frameOffset(5);
    copy[offset + 40]! ^= 0x55;
    for (const order of ['damaged frame first', 'in order']) {
      const log = await openText(memoryFile(copy), text.length);
      if (order === 'damaged frame first') expect((await log.chunk(55_000)).bytes).toBeUndefined();
      const { pieces, damage } = await readAll(log);
      expect(joined(pieces).equals(Buffer.concat([text.subarray(0, 50_000), text.subarray(60_000)]))).toBe(true);
      expect(damage).toMatchObject([{ frame: 6, offset, start: 50_000, end: 60_000 }]);
      expect(damage[0]!.message).toContain(
        `Frame 6 of ${frames} (at byte ${offset} of the file; bytes 50000 to 60000 of the text)`,
      );
    }
  });

  test('cut off anywhere, the frames before the cut are read and the place is named', async () => {
    const { below } = random(3);
    for (let turn = 0; turn < 60; turn++) {
      const size = 5 + below(tableAt - 5);
      const log = await openText(memoryFile(file.subarray(0, size)), text.length);
      const { pieces, damage } = await readAll(log);
      const expected = Array.from({ length: frames }, (_, n) => n).filter(
        (n) => frameOffset(n) + entry(n).size <= size,
      ).length;
      expect(joined(pieces).equals(text.subarray(0, expected * frameSize))).toBe(true);
      if (size > frameOffset(expected)) {
        expect(damage).toMatchObject([
          { frame: expected + 1, offset: frameOffset(expected), start: expected * frameSize },
        ]);
        expect(damage[0]!.message).toContain('cut off');
      }
    }
  });

  test('a frame that would decode to gigabytes is left out', async () => {
    const bomb = await zstdFrame(Buffer.alloc(20 * 1024 * 1024, 'x'));
    const rest = await zstdFrame(text);
    const copy = Buffer.concat([bomb.bytes, rest.bytes, seekTable([bomb.entry, rest.entry])]);
    const log = await openText(memoryFile(copy));
    const { pieces, damage } = await readAll(log);
    expect(joined(pieces).equals(text)).toBe(true);
    expect(damage).toMatchObject([{ frame: 1 }]);
    expect(damage[0]!.message).toContain('more than 16777216 bytes');
  });

  test('changed at random, what is given is always what was written there', async () => {
    const { below } = random(42);
    for (let turn = 0; turn < 250; turn++) {
      const copy = Buffer.from(file);
      for (let change = 0; change <= below(4); change++) {
        // Every other change goes into the seek table: it is small and would seldom be hit.
        const at = change % 2 ? tableAt + below(copy.length - tableAt) : 4 + below(copy.length - 4);
        copy[at] = below(256);
      }
      const cut = turn % 4 === 0 ? copy.subarray(0, 4 + below(copy.length - 4)) : copy;
      const log = await openText(memoryFile(cut), text.length);
      const { pieces } = await readAll(log);
      for (const [start, bytes] of pieces) {
        const right = bytes.equals(text.subarray(start, start + bytes.length));
        expect({ turn, start, right }).toEqual({ turn, start, right: true });
      }
      const bytes = pieces.reduce((sum, [, piece]) => sum + piece.length, 0);
      // Nothing is left out in silence.
      if (bytes < text.length) expect(log.damage.length + log.notes.length).toBeGreaterThan(0);
    }
  });
});
