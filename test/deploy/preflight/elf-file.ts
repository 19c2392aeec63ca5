/** Builds a small ELF file as a linker would lay it out, for shapes no compiler on this machine makes. */
export interface ElfShape {
  readonly machine?: number;
  readonly bits?: 32 | 64;
  readonly big?: boolean;
  readonly type?: number;
  readonly interpreter?: string;
  readonly libraries?: readonly string[];
  readonly versions?: readonly { readonly name: string; readonly weak?: boolean }[];
  /** Owner of a note. */
  readonly note?: string;
}

export function elf(shape: ElfShape): Buffer {
  const { machine = 62, bits = 64, big = false, type = 3 } = shape;
  const width = bits / 8;
  const number = (size: number, value: number) => {
    const bytes = Buffer.alloc(size);
    if (big) bytes.writeUIntBE(value, Math.max(0, size - 6), Math.min(size, 6));
    else bytes.writeUIntLE(value, 0, Math.min(size, 6));
    return bytes;
  };
  const half = (value: number) => number(2, value);
  const four = (value: number) => number(4, value);
  const word = (value: number) => number(width, value);

  let names = Buffer.from('\0');
  const name = (text: string) => {
    const at = names.length;
    names = Buffer.concat([names, Buffer.from(`${text}\0`)]);
    return at;
  };
  const libraries = (shape.libraries ?? []).map(name);
  const versions = (shape.versions ?? []).map(({ name: text, weak }) => ({ at: name(text), weak }));
  const library = name('libc.so.6');
  const verneed = Buffer.concat([
    half(1),
    half(versions.length),
    four(library),
    four(16),
    four(0),
    ...versions.map(({ at, weak }, index) =>
      Buffer.concat([four(0), half(weak ? 2 : 0), half(2), four(at), four(index + 1 < versions.length ? 16 : 0)]),
    ),
  ]);

  const dynamicFile = shape.libraries !== undefined || shape.versions !== undefined;
  const kinds = [1, ...(shape.interpreter ? [3] : []), ...(dynamicFile ? [2] : []), ...(shape.note ? [4] : [])];
  const headerSize = bits === 64 ? 64 : 52;
  const entrySize = bits === 64 ? 56 : 32;
  const body = headerSize + kinds.length * entrySize;
  const parts: Buffer[] = [];
  let end = body;
  const put = (bytes: Buffer) => {
    const at = end;
    parts.push(bytes);
    end += bytes.length;
    return { at, size: bytes.length };
  };
  const base = 0x1000;
  const interp = put(Buffer.from(shape.interpreter ? `${shape.interpreter}\0` : ''));
  const strtab = put(names);
  const need = put(verneed);
  const entries: [number, number][] = [
    ...libraries.map((at): [number, number] => [1, at]),
    [5, base + strtab.at],
    [10, strtab.size],
    ...(versions.length > 0
      ? ([
          [0x6ffffffe, base + need.at],
          [0x6fffffff, 1],
        ] as [number, number][])
      : []),
    [0, 0],
  ];
  const dynamic = put(Buffer.concat(dynamicFile ? entries.flat().map(word) : []));
  const note = put(
    shape.note
      ? Buffer.concat([
          four(shape.note.length + 1),
          four(4),
          four(4),
          Buffer.from(`${shape.note}\0\0\0\0`).subarray(0, 4),
          four(7),
        ])
      : Buffer.alloc(0),
  );
  const place = { 1: { at: 0, size: end }, 2: dynamic, 3: interp, 4: note } as Record<
    number,
    { at: number; size: number }
  >;
  const programHeaders = kinds.map((kind) => {
    const { at, size } = place[kind]!;
    return bits === 64
      ? Buffer.concat([
          four(kind),
          four(4),
          word(at),
          word(base + at),
          word(base + at),
          word(size),
          word(size),
          word(1),
        ])
      : Buffer.concat([
          four(kind),
          word(at),
          word(base + at),
          word(base + at),
          word(size),
          word(size),
          four(4),
          word(1),
        ]);
  });
  const header = Buffer.concat([
    Buffer.from([0x7f, 0x45, 0x4c, 0x46, bits === 64 ? 2 : 1, big ? 2 : 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
    half(type),
    half(machine),
    four(1),
    word(base),
    word(headerSize),
    word(0),
    four(0),
    half(headerSize),
    half(entrySize),
    half(kinds.length),
    half(0),
    half(0),
    half(0),
  ]);
  return Buffer.concat([header, ...programHeaders, ...parts]);
}
