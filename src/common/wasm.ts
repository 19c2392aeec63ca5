/**
 * Writes WebAssembly modules: the few instructions that are needed here, named as the specification names them (WebAssembly Core
 * Specification 2.0, chapter 5, binary format), so that a routine can be read, reviewed and built without a compiler.
 */
export type Code = readonly (number | Code)[];

export interface Routine {
  readonly name: string;
  /** Names of its parameters, all i32. Locals share the numbering. */
  readonly parameters: readonly string[];
  readonly i32: readonly string[];
  readonly v128: readonly string[];
  /** Leaves one i32, the answer. */
  body(local: (name: string) => Local): Code;
}

export interface Local {
  readonly get: Code;
  set(value: Code): Code;
}

const simple =
  (...opcode: number[]) =>
  (...operands: Code[]): Code => [...operands, ...opcode];
const vector = (opcode: number) => simple(0xfd, ...unsigned(opcode));
/** Loads and stores at `address` + `offset`, for which no alignment is promised. */
const memory =
  (...opcode: number[]) =>
  (offset: number, address: Code, ...value: Code[]): Code => [address, ...value, ...opcode, 0, ...unsigned(offset)];

export const i32 = {
  const: (value: number): Code => [0x41, ...signed(value)],
  eqz: simple(0x45),
  eq: simple(0x46),
  lt_u: simple(0x49),
  gt_u: simple(0x4b),
  ctz: simple(0x68),
  add: simple(0x6a),
  sub: simple(0x6b),
  mul: simple(0x6c),
  and: simple(0x71),
  or: simple(0x72),
  shl: simple(0x74),
  shr_u: simple(0x76),
  load: memory(0x28),
  load8_u: memory(0x2d),
  store: memory(0x36),
  store8: memory(0x3a),
};

export const v128 = {
  load: memory(0xfd, 0),
  store: memory(0xfd, 11),
  /** The same byte sixteen times. */
  bytes: (byte: number): Code => [0xfd, 12, ...new Array<number>(16).fill(byte)],
  and: vector(78),
  or: vector(80),
  any_true: vector(83),
};

export const i8x16 = {
  /** The sixteen bytes of `before` and `after` in a row from number `from` on. */
  slice: (from: number, before: Code, after: Code): Code => [
    before,
    after,
    0xfd,
    13,
    ...Array.from({ length: 16 }, (_, index) => from + index),
  ],
  swizzle: vector(14),
  eq: vector(35),
  ne: vector(36),
  lt_s: vector(37),
  lt_u: vector(38),
  bitmask: vector(100),
  shr_u: vector(109),
};

export const when = (condition: Code, ...body: Code[]): Code => [condition, 0x04, 0x40, ...body, 0x0b];
export const otherwise = (...body: Code[]): Code => [0x05, ...body];
export const repeat = (condition: Code, ...body: Code[]): Code => [
  ...[0x02, 0x40, 0x03, 0x40],
  ...[i32.eqz(condition), 0x0d, 1],
  ...body,
  ...[0x0c, 0, 0x0b, 0x0b],
];

/** The module with these routines, and a memory of `pages` times 64 KiB, exported as `memory`. */
export function moduleOf(routines: readonly Routine[], pages: number): Uint8Array {
  const section = (id: number, entries: readonly Code[]) => {
    const content = flat([unsigned(entries.length), ...entries]);
    return [id, ...unsigned(content.length), ...content];
  };
  const text = (value: string): Code => [...unsigned(value.length), ...Buffer.from(value)];
  const [i32Type, v128Type, routineType] = [0x7f, 0x7b, 0x60];
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(
      1,
      routines.map(({ parameters }) => [routineType, parameters.length, ...parameters.map(() => i32Type), 1, i32Type]),
    ),
    ...section(
      3,
      routines.map((_, index) => [index]),
    ),
    ...section(5, [[0, unsigned(pages)]]),
    ...section(7, [[text('memory'), 2, 0], ...routines.map(({ name }, index): Code => [text(name), 0, index])]),
    ...section(
      10,
      routines.map((routine) => {
        const locals = [...routine.parameters, ...routine.i32, ...routine.v128];
        const body = routine.body((name) => {
          const index = locals.indexOf(name);
          if (index === -1) throw new RangeError(`no local ${name}`);
          return { get: [0x20, index], set: (value) => [value, 0x21, index] };
        });
        const code = flat([2, routine.i32.length, i32Type, routine.v128.length, v128Type, body, 0x0b]);
        return [...unsigned(code.length), ...code];
      }),
    ),
  ]);
}

const flat = (code: Code): number[] => code.flatMap((part) => (typeof part === 'number' ? part : flat(part)));

/** LEB128, as the format writes numbers. */
function unsigned(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
}

function signed(value: number): number[] {
  return value >= -0x40 && value < 0x40 ? [value & 0x7f] : [(value & 0x7f) | 0x80, ...signed(value >> 7)];
}
