import { createHash } from 'node:crypto';
import { inflateSync } from 'node:zlib';
import type { RecordedTree, TreeEntry } from '../git.ts';

export type ObjectType = 'commit' | 'tree' | 'blob' | 'tag';

export interface GitObject {
  readonly type: ObjectType;
  readonly data: Buffer;
}

const types: Readonly<Record<number, ObjectType>> = { 1: 'commit', 2: 'tree', 3: 'blob', 4: 'tag' };
const refDelta = 7;

/** How many objects a pack holds, from its first twelve bytes (gitformat-pack(5)). */
export function packCount(head: Buffer): number | undefined {
  return head.length >= 12 && head.toString('latin1', 0, 4) === 'PACK' ? head.readUInt32BE(8) : undefined;
}

/**
 * The objects of a complete pack by their oid. Deltas against offsets are not expected: a client that does not announce
 * `ofs-delta` gets none.
 * @throws Error for anything that is not such a pack
 */
export function readPack(pack: Buffer, hash: 'sha1' | 'sha256'): Map<string, GitObject> {
  const count = packCount(pack);
  if (count === undefined) throw new Error('Not a pack.');
  const oidBytes = hash === 'sha1' ? 20 : 32;
  const objects = new Map<string, GitObject>();
  const deltas: { base: string; delta: Buffer }[] = [];
  let at = 12;
  for (let index = 0; index < count; index++) {
    let byte = pack[at++]!;
    const type = (byte >> 4) & 7;
    // The rest of this number is the inflated size, which inflating tells anyway.
    while (byte & 0x80) byte = pack[at++]!;
    let base = '';
    if (type === refDelta) {
      base = pack.toString('hex', at, at + oidBytes);
      at += oidBytes;
    } else if (!types[type]) throw new Error(`Unknown object type ${type} in a pack.`);
    const { data, consumed } = inflate(pack.subarray(at));
    at += consumed;
    if (type === refDelta) deltas.push({ base, delta: data });
    else add(types[type]!, data);
  }
  // A delta's base may be a delta that comes later.
  for (let left = deltas; left.length > 0; ) {
    const next = left.filter(({ base, delta }) => {
      const found = objects.get(base);
      if (found) add(found.type, applyDelta(found.data, delta));
      return !found;
    });
    if (next.length === left.length) throw new Error('A pack lacks the base of a delta.');
    left = next;
  }
  return objects;

  function add(type: ObjectType, data: Buffer): void {
    const oid = createHash(hash).update(`${type} ${data.length}\0`).update(data).digest('hex');
    objects.set(oid, { type, data });
  }
}

function inflate(input: Buffer): { data: Buffer; consumed: number } {
  // With `info`, zlib also tells how many bytes it took; @types/node does not know.
  const { buffer, engine } = inflateSync(input, { info: true } as object) as unknown as {
    buffer: Buffer;
    engine: { bytesWritten: number };
  };
  return { data: buffer, consumed: engine.bytesWritten };
}

function applyDelta(base: Buffer, delta: Buffer): Buffer {
  let at = 0;
  const size = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = delta[at++]!;
      value += (byte & 0x7f) * 2 ** shift;
      if (!(byte & 0x80)) return value;
    }
  };
  size();
  const result = Buffer.alloc(size());
  let end = 0;
  while (at < delta.length) {
    const op = delta[at++]!;
    if (op & 0x80) {
      const number = (first: number, bytes: number) => {
        let value = 0;
        for (let index = 0; index < bytes; index++) if (op & (first << index)) value += delta[at++]! * 2 ** (8 * index);
        return value;
      };
      const offset = number(0x01, 4);
      const length = number(0x10, 3) || 0x10000;
      end += base.copy(result, end, offset, offset + length);
    } else {
      end += delta.copy(result, end, at, at + op);
      at += op;
    }
  }
  return result;
}

/** What a commit records, from a pack that holds it and all its trees. undefined when a tree is missing. */
export function recordedTree(objects: ReadonlyMap<string, GitObject>, commit: string): RecordedTree | undefined {
  const [, root] = /^tree ([0-9a-f]+)\n/.exec(objects.get(commit)?.data.toString('latin1', 0, 80) ?? '') ?? [];
  if (root === undefined) return undefined;
  const gitlinks: TreeEntry[] = [];
  let gitmodules: string | undefined;
  const walk = (oid: string, prefix: string): boolean => {
    const tree = objects.get(oid);
    if (tree?.type !== 'tree') return false;
    for (let at = 0; at < tree.data.length; ) {
      const space = tree.data.indexOf(0x20, at);
      const zero = tree.data.indexOf(0, space);
      const mode = tree.data.toString('latin1', at, space);
      const path = prefix + tree.data.toString('utf8', space + 1, zero);
      at = zero + 1 + oid.length / 2;
      const entry = tree.data.toString('hex', zero + 1, at);
      if (mode === '160000') gitlinks.push({ path, oid: entry });
      else if (mode === '40000' && !walk(entry, `${path}/`)) return false;
      else if (path === '.gitmodules' && mode.startsWith('100')) gitmodules = entry;
    }
    return true;
  };
  return walk(root, '') ? { gitlinks, gitmodules } : undefined;
}
