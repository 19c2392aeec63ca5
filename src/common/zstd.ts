import { xxh64Low } from './xxh64.ts';

/**
 * A zstd frame that cannot be decoded. `at` is the byte within the frame where it shows, `reason` one of:
 * `end` (the bytes end before the frame does), `damage` (they are not what zstd writes), `size` (it would decode to more
 * than the limit).
 */
export class FrameError extends Error {
  readonly reason: 'end' | 'damage' | 'size';
  readonly at: number;

  constructor(reason: FrameError['reason'], at: number, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.reason = reason;
    this.at = at;
  }
}

/** What a frame's own headers tell, without decoding it. Sizes in bytes. */
export interface Frame {
  /** From the magic number to the end of the checksum. */
  readonly size: number;
  /** Decoded size, where the header states it. It is the frame's word only, until the frame is decoded. */
  readonly contentSize: number | undefined;
  /** The most that its blocks can decode to, whatever the header states. */
  readonly most: number;
  /** Lower half of the XXH64 of the content, where the frame carries it. */
  readonly checksum: number | undefined;
  /** Bytes of history that its blocks may look back to, and how many blocks there are. */
  readonly window: number;
  readonly blocks: number;
  /** The frame holds data for programs, not content. */
  readonly skippable: boolean;
}

/** Answers with up to `length` bytes from `offset`; fewer only where the data ends. */
export type ReadAt = (offset: number, length: number) => Promise<Uint8Array> | Uint8Array;

/** Enough for the magic number and the longest frame header. */
const longestHeader = 18;
const blockLimit = 128 * 1024;
/** What `zstd -d` accepts without being asked for more. */
const windowLimit = 128 * 1024 * 1024;
const movedLimit = 16 * 1024 ** 3;

export const isFrameMagic = (bytes: Uint8Array): boolean =>
  bytes[0] === 0x28 && bytes[1] === 0xb5 && bytes[2] === 0x2f && bytes[3] === 0xfd;
export const isSkippableMagic = (bytes: Uint8Array): boolean =>
  (bytes[0]! & 0xf0) === 0x50 && bytes[1] === 0x2a && bytes[2] === 0x4d && bytes[3] === 0x18;

/**
 * Finds where a frame ends by its header and its block headers alone (RFC 8878, 3.1), so that a frame can be handed over
 * whole and a lying table found out.
 *
 * @throws {FrameError}
 */
export async function delimitFrame(read: ReadAt): Promise<Frame> {
  const head = view(await read(0, longestHeader));
  if (head.byteLength < 5) throw new FrameError('end', head.byteLength, 'ends within a frame header');
  const magic = new Uint8Array(head.buffer, head.byteOffset, 4);
  if (isSkippableMagic(magic)) {
    if (head.byteLength < 8) throw new FrameError('end', head.byteLength, 'ends within a frame header');
    const size = 8 + head.getUint32(4, true);
    return { size, contentSize: 0, most: 0, checksum: undefined, window: 0, blocks: 0, skippable: true };
  }
  if (!isFrameMagic(magic)) throw new FrameError('damage', 0, 'no zstd frame begins here');
  const header = frameHeader(head);
  let most = 0;
  let blocks = 0;
  let at = header.size;
  for (let last = false; !last; ) {
    const bytes = await read(at, 3);
    if (bytes.length < 3) throw new FrameError('end', at + bytes.length, 'ends within a block header');
    const block = bytes[0]! | (bytes[1]! << 8) | (bytes[2]! << 16);
    last = (block & 1) === 1;
    const type = (block >> 1) & 3;
    const size = block >> 3;
    if (type === 3 || size > header.blockMost) throw new FrameError('damage', at, 'a block header is damaged');
    most += type === 2 ? header.blockMost : size;
    at += 3 + (type === 1 ? 1 : size);
    blocks++;
  }
  let checksum: number | undefined;
  if (header.hasChecksum) {
    const bytes = view(await read(at, 4));
    if (bytes.byteLength < 4) throw new FrameError('end', at + bytes.byteLength, 'ends within a checksum');
    checksum = bytes.getUint32(0, true);
    at += 4;
  } else if (at > 0 && (await read(at - 1, 1)).length < 1) throw new FrameError('end', at - 1, 'ends within a block');
  const { contentSize, window } = header;
  if (contentSize !== undefined && contentSize > most)
    throw new FrameError('damage', 0, `its blocks cannot hold the ${contentSize} bytes that its header states`);
  return { size: at, contentSize, most, checksum, window, blocks, skippable: false };
}

function frameHeader(head: DataView) {
  const descriptor = head.getUint8(4);
  if (descriptor & 0x08) throw new FrameError('damage', 4, 'a frame header is damaged');
  const single = (descriptor & 0x20) !== 0;
  const sizeFlag = descriptor >> 6;
  const dictionarySize = [0, 1, 2, 4][descriptor & 3]!;
  const contentSizeSize = sizeFlag === 0 ? (single ? 1 : 0) : 1 << sizeFlag;
  const contentAt = 5 + (single ? 0 : 1) + dictionarySize;
  const size = contentAt + contentSizeSize;
  if (head.byteLength < size) throw new FrameError('end', head.byteLength, 'ends within a frame header');
  let contentSize: number | undefined;
  if (contentSizeSize === 1) contentSize = head.getUint8(contentAt);
  else if (contentSizeSize === 2) contentSize = head.getUint16(contentAt, true) + 256;
  else if (contentSizeSize === 4) contentSize = head.getUint32(contentAt, true);
  else if (contentSizeSize === 8) contentSize = Number(head.getBigUint64(contentAt, true));
  for (let at = 5 + (single ? 0 : 1); at < contentAt; at++)
    if (head.getUint8(at) !== 0) throw new FrameError('damage', at, 'the frame needs a dictionary');
  let window = contentSize ?? 0;
  if (!single) {
    const base = 2 ** (10 + (head.getUint8(5) >> 3));
    window = base + (base / 8) * (head.getUint8(5) & 7);
  }
  if (window > windowLimit && !single) throw new FrameError('size', 5, `the frame wants a window of ${window} bytes`);
  return { size, contentSize, window, hasChecksum: (descriptor & 0x04) !== 0, blockMost: Math.min(window, blockLimit) };
}

/**
 * Decodes exactly one frame. What would exceed `limit` bytes is refused before memory is taken for it, also where the
 * frame's header lies about its size.
 *
 * @throws {FrameError}
 */
export async function decompressFrame(bytes: Uint8Array, limit: number): Promise<Buffer> {
  const frame = await delimitFrame((offset, length) => bytes.subarray(offset, offset + length));
  if (frame.size > bytes.length) throw new FrameError('end', bytes.length, 'ends within a block');
  if (frame.size < bytes.length) throw new FrameError('damage', frame.size, 'more bytes follow the frame');
  if (frame.skippable) return Buffer.alloc(0);
  if (frame.contentSize !== undefined && frame.contentSize > limit) throw tooLarge(limit);
  const native = frame.most <= limit ? await nativeDecompress() : undefined;
  let content: Buffer;
  try {
    content = native
      ? await native(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length))
      : await decode(bytes, frame, limit);
  } catch (error) {
    if (error instanceof FrameError) throw error;
    throw new FrameError('damage', 0, 'the frame does not decode', error);
  }
  if (frame.contentSize !== undefined && content.length !== frame.contentSize)
    throw new FrameError(
      'damage',
      0,
      `the frame decodes to ${content.length} bytes, not the ${frame.contentSize} it states`,
    );
  // The native library has compared it already.
  if (!native && frame.checksum !== undefined && xxh64Low(content) !== frame.checksum)
    throw new FrameError('damage', frame.size - 4, "the frame's checksum does not match its content");
  return content;
}

/**
 * Decodes several frames that lie one behind the other, at once, which takes half the time of one after the other. Undefined
 * where they are not as expected, or the native library is missing: then `decompressFrame` tells of each what is wrong.
 *
 * @param sizes of each frame, in bytes, and `contents` what it is to decode to
 */
export async function decompressFrames(
  bytes: Uint8Array,
  sizes: readonly number[],
  contents: readonly number[],
  limit: number,
): Promise<Buffer | undefined> {
  let at = 0;
  let most = 0;
  let total = 0;
  for (const [index, size] of sizes.entries()) {
    const start = at;
    const end = at + size;
    const frame = await delimitFrame((offset, length) =>
      bytes.subarray(Math.min(start + offset, end), Math.min(start + offset + length, end)),
    ).catch(() => undefined);
    if (!frame || frame.size !== size || frame.skippable || frame.contentSize !== contents[index]) return undefined;
    if (frame.checksum === undefined) return undefined;
    most += frame.most;
    total += contents[index]!;
    at = end;
  }
  if (at !== bytes.length || most > limit) return undefined;
  const native = await nativeDecompress();
  const content = await native?.(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)).catch(() => undefined);
  return content?.length === total ? content : undefined;
}

const tooLarge = (limit: number) => new FrameError('size', 0, `the frame decodes to more than ${limit} bytes`);

type Decompress = (frame: Buffer) => Promise<Buffer>;
let loading: Promise<Decompress | undefined> | undefined;

/** The native library, or undefined where it has no binary for this machine: it is faster, not needed. */
function nativeDecompress(): Promise<Decompress | undefined> {
  loading ??= import('@mongodb-js/zstd').then(
    (library) => library.decompress,
    () => undefined,
  );
  return loading;
}

/** Decodes in plain JavaScript, block by block, so that it can stop at the limit. */
async function decode(bytes: Uint8Array, { window, blocks }: Frame, limit: number): Promise<Buffer> {
  // It moves the whole window for each block: a frame of many small blocks with a large window would take minutes.
  if (window * blocks > movedLimit) throw new FrameError('size', 5, 'the frame takes too long to decode');
  const { Decompress } = await import('fzstd');
  const parts: Uint8Array[] = [];
  let size = 0;
  const stream = new Decompress((part) => {
    size += part.length;
    if (size > limit) throw tooLarge(limit);
    parts.push(part);
  });
  stream.push(bytes, true);
  return Buffer.concat(parts, size);
}

const view = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
