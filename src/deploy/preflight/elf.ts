import type { FileHandle } from 'node:fs/promises';

/** What the kernel and the loader will want to know about an executable. */
export interface Executable {
  readonly kind: 'elf' | 'script' | 'other';
  /** In `uname -m` words, families joined: `x86_64`, `i386`, `aarch64`, `arm`, …; `e_machine N` for others. Null unless ELF. */
  readonly machine: string | null;
  readonly bits: 32 | 64 | null;
  /** The loader a dynamic executable asks for (PT_INTERP); null for a static one, which most Go binaries are. */
  readonly interpreter: string | null;
  readonly dynamic: boolean;
  readonly go: boolean;
  /** Shared libraries by name (DT_NEEDED). */
  readonly libraries: readonly string[];
  /** Symbol versions the loader insists on, e.g. `GLIBC_2.34`. Weak ones are left out: the loader only warns about them. */
  readonly versions: readonly string[];
  /** Set when the file ends before what its headers promise, or is no program at all. */
  readonly damage: string | null;
}

/** Reads `length` bytes at `offset`; fewer only at the end of the file. */
export type ReadAt = (offset: number, length: number) => Promise<Buffer>;

export const readFrom =
  (file: FileHandle): ReadAt =>
  async (offset, length) => {
    const buffer = Buffer.alloc(length);
    let done = 0;
    while (done < length) {
      const { bytesRead } = await file.read(buffer, done, length - done, offset + done);
      if (bytesRead === 0) break;
      done += bytesRead;
    }
    return buffer.subarray(0, done);
  };

/** `e_machine` (System V ABI and its supplements) → the family `machineFamily` gives for `uname -m`. */
const machines: Readonly<Record<number, string>> = {
  2: 'sparc',
  3: 'i386',
  8: 'mips',
  20: 'ppc',
  21: 'ppc64',
  22: 's390x',
  40: 'arm',
  43: 'sparc64',
  62: 'x86_64',
  183: 'aarch64',
  243: 'riscv64',
  258: 'loongarch64',
};

const nothing = {
  machine: null,
  bits: null,
  interpreter: null,
  dynamic: false,
  go: false,
  libraries: [],
  versions: [],
  damage: null,
} as const;

/** Reads the headers of an executable, a few kilobytes of it. Never throws for what a file holds: `damage` says it. */
export async function readExecutable(read: ReadAt, size: number): Promise<Executable> {
  const ident = await read(0, 64);
  if (ident.subarray(0, 2).toString('latin1') === '#!') return { ...nothing, kind: 'script' };
  if (ident.subarray(0, 4).toString('latin1') !== '\x7fELF') return { ...nothing, kind: 'other' };
  try {
    return await readElf(read, size, ident);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return { ...nothing, kind: 'elf', damage: `its ELF headers point outside of the file (${size} bytes)` };
  }
}

interface Segment {
  readonly type: number;
  readonly offset: number;
  readonly address: number;
  readonly size: number;
}

const PT_LOAD = 1;
const PT_DYNAMIC = 2;
const PT_INTERP = 3;
const PT_NOTE = 4;
const DT_NEEDED = 1;
const DT_STRTAB = 5;
const DT_STRSZ = 10;
const DT_VERNEED = 0x6ffffffe;
const DT_VERNEEDNUM = 0x6fffffff;
const VER_FLG_WEAK = 2;
/** No real executable comes near; a damaged header must not make us read the whole file. */
const limit = 64 * 1024 * 1024;

async function readElf(read: ReadAt, size: number, ident: Buffer): Promise<Executable> {
  const bits = ident[4] === 1 ? 32 : 64;
  const little = ident[5] !== 2;
  const view = fields(ident, little, bits);
  const type = view.u16(16);
  const code = view.u16(18);
  const machine = code === 21 && little ? 'ppc64le' : (machines[code] ?? `e_machine ${code}`);
  const base = { ...nothing, kind: 'elf', machine, bits } as const;
  if (type !== 2 && type !== 3)
    return { ...base, damage: 'it is an ELF file but no program (an object file or core dump)' };

  const phoff = view.word(bits === 64 ? 32 : 28);
  const shoff = view.word(bits === 64 ? 40 : 32);
  const tail = bits === 64 ? 54 : 42;
  const [phentsize, phnum, shentsize, shnum] = [0, 2, 4, 6].map((at) => view.u16(tail + at)) as [
    number,
    number,
    number,
    number,
  ];

  const at = async (offset: number, length: number): Promise<Buffer> => {
    if (offset + length > size || length > limit) throw new RangeError('outside of the file');
    const bytes = await read(offset, length);
    if (bytes.length < length) throw new RangeError('outside of the file');
    return bytes;
  };

  const headers = await at(phoff, phentsize * phnum);
  const segments = Array.from({ length: phnum }, (_, index) =>
    segment(fields(headers.subarray(index * phentsize), little, bits), bits),
  );
  const last = Math.max(shoff + shentsize * shnum, ...segments.map(({ offset, size }) => offset + size));
  if (last > size) return { ...base, damage: `it is cut off: its headers promise ${last} bytes, it has ${size}` };

  const interp = segments.find(({ type }) => type === PT_INTERP);
  const dynamic = segments.find(({ type }) => type === PT_DYNAMIC);
  return {
    ...base,
    interpreter: interp ? text(await at(interp.offset, interp.size), 0) : null,
    dynamic: dynamic !== undefined,
    go: await hasGoNote(segments, at),
    ...(dynamic ? await readDynamic(dynamic, segments, at, little, bits) : {}),
  };
}

function segment(view: Fields, bits: 32 | 64): Segment {
  return bits === 64
    ? { type: view.u32(0), offset: view.word(8), address: view.word(16), size: view.word(32) }
    : { type: view.u32(0), offset: view.word(4), address: view.word(8), size: view.word(16) };
}

type At = (offset: number, length: number) => Promise<Buffer>;

/** The Go linker leaves a note with owner "Go" in every executable it makes. */
async function hasGoNote(segments: readonly Segment[], at: At): Promise<boolean> {
  for (const { type, offset, size } of segments)
    if (type === PT_NOTE && size >= 16 && (await at(offset, Math.min(size, 4096))).includes('Go\0\0')) return true;
  return false;
}

/** What the loader reads: the dynamic section, not the section headers, which may be stripped. */
async function readDynamic(
  { offset, size }: Segment,
  segments: readonly Segment[],
  at: At,
  little: boolean,
  bits: 32 | 64,
): Promise<Pick<Executable, 'libraries' | 'versions'>> {
  const width = bits / 8;
  const view = fields(await at(offset, size), little, bits);
  const entries: (readonly [number, number])[] = [];
  for (let i = 0; (i + 2) * width <= size; i += 2) entries.push([view.word(i * width), view.word((i + 1) * width)]);
  const value = (tag: number) => entries.find(([key]) => key === tag)?.[1];

  const inFile = (address: number): number => {
    const load = segments.find(
      (one) => one.type === PT_LOAD && address >= one.address && address < one.address + one.size,
    );
    if (!load) throw new RangeError('outside of every segment');
    return load.offset + (address - load.address);
  };
  const table = value(DT_STRTAB);
  if (table === undefined) return { libraries: [], versions: [] };
  const names = await at(inFile(table), value(DT_STRSZ) ?? 0);
  const libraries = entries.filter(([tag]) => tag === DT_NEEDED).map(([, where]) => text(names, where));

  const need = value(DT_VERNEED);
  if (need === undefined) return { libraries, versions: [] };
  const versions = new Set<string>();
  let group = inFile(need);
  for (let left = value(DT_VERNEEDNUM) ?? 0; left > 0; left--) {
    const head = fields(await at(group, 16), little, bits);
    let entry = group + head.u32(8);
    for (let count = head.u16(2); count > 0; count--) {
      const aux = fields(await at(entry, 16), little, bits);
      if ((aux.u16(4) & VER_FLG_WEAK) === 0) versions.add(text(names, aux.u32(8)));
      if (aux.u32(12) === 0) break;
      entry += aux.u32(12);
    }
    if (head.u32(12) === 0) break;
    group += head.u32(12);
  }
  return { libraries, versions: [...versions].sort() };
}

interface Fields {
  u16(at: number): number;
  u32(at: number): number;
  /** An address or offset of the file's class. Beyond 2^53 it is damage, which the bounds checks find. */
  word(at: number): number;
}

function fields(bytes: Buffer, little: boolean, bits: 32 | 64): Fields {
  const u32 = (at: number) => (little ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at));
  return {
    u16: (at) => (little ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at)),
    u32,
    word: (at) => (bits === 32 ? u32(at) : Number(little ? bytes.readBigUInt64LE(at) : bytes.readBigUInt64BE(at))),
  };
}

function text(bytes: Buffer, start: number): string {
  const end = bytes.indexOf(0, start);
  if (start >= bytes.length || end < 0) throw new RangeError('outside of the string table');
  return bytes.toString('utf8', start, end);
}

/** `uname -m` → the family that `Executable.machine` names. */
export function machineFamily(uname: string): string {
  if (/^i[3-6]86$/.test(uname)) return 'i386';
  if (uname === 'amd64') return 'x86_64';
  if (uname === 'arm64') return 'aarch64';
  if (/^arm/.test(uname)) return 'arm';
  return uname;
}

/** Whether a kernel of family `host` starts executables for `machine`. */
export const runsOn = (machine: string, host: string): boolean =>
  machine === host || (machine === 'i386' && host === 'x86_64') || (machine === 'arm' && host === 'aarch64');

/**
 * The newest glibc an executable asks for: `[2, 34]`. `GLIBC_ABI_DT_RELR`, which marks a file with packed relocations,
 * came with 2.36 (glibc NEWS). Null when it asks for none.
 */
export function neededGlibc({ versions }: Pick<Executable, 'versions'>): readonly [number, number] | null {
  let newest: readonly [number, number] | null = null;
  for (const name of versions) {
    const version = name === 'GLIBC_ABI_DT_RELR' ? ([2, 36] as const) : parseGlibc(/^GLIBC_(.+)$/.exec(name)?.[1]);
    if (version && (newest === null || compareVersions(version, newest) > 0)) newest = version;
  }
  return newest;
}

/** `2.36` or `2.2.5` → `[2, 36]`, `[2, 2]`. */
export function parseGlibc(text: string | undefined | null): readonly [number, number] | null {
  const match = /^(\d+)\.(\d+)/.exec(text ?? '');
  return match ? [Number(match[1]), Number(match[2])] : null;
}

export const compareVersions = (a: readonly [number, number], b: readonly [number, number]): number =>
  a[0] - b[0] || a[1] - b[1];
