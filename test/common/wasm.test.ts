import { expect, test } from 'vitest';
import { i8x16, i32, moduleOf, otherwise, type Routine, repeat, v128, when } from '../../src/common/wasm.ts';

declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: object };
};

type Exports = { memory: { buffer: ArrayBuffer } } & Record<string, (...values: number[]) => number>;
const instance = (...routines: Routine[]): Exports =>
  new WebAssembly.Instance(new WebAssembly.Module(moduleOf(routines, 3))).exports as Exports;

const numbers = [0, 1, 63, 64, 127, 128, 8191, 8192, 1_000_000, 2 ** 31 - 1];

test.each([...numbers, ...numbers.map((number) => -number), -(2 ** 31)])('writes the number %i', (number) => {
  const { answer } = instance({ name: 'answer', parameters: [], i32: [], v128: [], body: () => i32.const(number) });
  expect(answer!()).toBe(number | 0);
});

test('loops, branches, and routines beside each other', () => {
  const both = instance(
    {
      name: 'odds',
      parameters: ['until'],
      i32: ['at', 'odd', 'even'],
      v128: [],
      body(local) {
        const [until, at, odd, even] = [local('until'), local('at'), local('odd'), local('even')];
        const more = (count: typeof odd) => count.set(i32.add(count.get, i32.const(1)));
        return [
          repeat(
            i32.lt_u(at.get, until.get),
            when(i32.and(at.get, i32.const(1)), more(odd), otherwise(more(even))),
            more(at),
          ),
          i32.add(i32.mul(even.get, i32.const(1000)), odd.get),
        ];
      },
    },
    { name: 'seven', parameters: ['a', 'b'], i32: [], v128: [], body: () => i32.const(7) },
  );
  expect(both.odds!(0)).toBe(0);
  expect(both.odds!(301)).toBe(151_150);
  expect(both.seven!(1, 2)).toBe(7);
});

test('sixteen bytes at a time, at any place of the memory', () => {
  const { memory, below } = instance({
    name: 'below',
    parameters: ['at'],
    i32: [],
    v128: ['bytes'],
    body(local) {
      const bytes = local('bytes');
      return [
        // What is before is zero, so the last fifteen bytes move up by one.
        bytes.set(i8x16.slice(15, v128.bytes(0), v128.load(70_000, local('at').get))),
        v128.store(140_000, local('at').get, bytes.get),
        i8x16.bitmask(i8x16.lt_s(bytes.get, v128.bytes(0x20))),
      ];
    },
  });
  const text = Buffer.from('_a\nb\xff______\x1f___.', 'latin1');
  new Uint8Array(memory.buffer).set(text, 70_003);
  expect(below!(3)).toBe(0b0001_0000_0010_1001 | 0);
  expect(Buffer.from(memory.buffer, 140_003, 16).toString('latin1')).toBe(`\0${text.toString('latin1', 0, 15)}`);
});
