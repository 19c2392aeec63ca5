/**
 * How long a regular expression may take, told from its text. JavaScript's engine backtracks: where a piece of text can be
 * read by a pattern in many ways, it tries them all before it gives up. The ways are counted on the automaton of the pattern's
 * positions (Glushkov's): exponentially many where a state comes back to itself over the same text on two different paths,
 * a power of the text's length where loops in a row read the same text (Weber and Seidl, On the degree of ambiguity of finite
 * automata). Every doubt counts as a way, so what is called harmless is harmless; some harmless patterns are refused.
 */
export type Risk = { readonly problem: string; readonly advice: string } | { readonly longest: number };

/** Steps that a match of one line may take at most: about a second. */
const mostSteps = 1e9;
const longestLine = 4096;
/** A pattern that could only be used on shorter lines is refused. */
const shortestLine = 200;
const mostPositions = 400;
/** Characters that a look ahead or behind may read: so few that it costs nothing to speak of. */
const mostLooked = 16;

/** A character set: 128 ASCII characters, and all others as one. */
type CharSet = Uint8Array;
const setSize = 129;

type Node =
  | { readonly kind: 'set'; readonly set: CharSet }
  | { readonly kind: 'empty' }
  | { readonly kind: 'begin' }
  | { readonly kind: 'sequence' | 'either'; readonly parts: readonly Node[] }
  | { readonly kind: 'repeat'; readonly part: Node; readonly min: number; readonly max: number };

class Refused extends Error {
  readonly advice: string;
  constructor(
    problem: string,
    advice = 'Say it without that; a plain pattern and "near" or a second pattern do as well.',
  ) {
    super(problem);
    this.advice = advice;
  }
}

const narrower = 'Name what stands between, "[^:]+" instead of ".*".';

/** Whether a pattern is safe, and on how many characters of a line. @param flags as of RegExp; only `i` changes anything */
export function patternRisk(source: string, flags = ''): Risk {
  try {
    new RegExp(source, flags);
    const tree = parse(source, flags.includes('i'));
    const automaton = build(tree);
    const loop = exponential(automaton);
    if (loop)
      return {
        problem: 'it can take exponentially long: within a repetition the same text can be read in more than one way',
        advice: narrower,
      };
    const power = degree(automaton) + 1;
    const ways = finiteWays(automaton);
    const factorial = Array.from({ length: power }, (_, at) => at + 1).reduce((product, factor) => product * factor, 1);
    const longest = Math.min(longestLine, Math.floor(((mostSteps * factorial) / ways) ** (1 / power)));
    return longest < shortestLine
      ? {
          problem: `it can take too long: ${power > 2 ? `${power} repetitions in a row` : 'its alternatives'} can read the same text`,
          advice: narrower,
        }
      : { longest };
  } catch (error) {
    if (error instanceof Refused) return { problem: error.message, advice: error.advice };
    return {
      advice: 'Correct it; a parenthesis, bracket, dot or plus that is meant as it stands needs a backslash before it.',
      problem: `it is not a regular expression: ${error instanceof Error ? error.message.replace(/^Invalid regular expression: /, '') : error}`,
    };
  }
}

/**
 * Texts of which a match holds at least one: whoever looks for a pattern that begins with "anything" finds out much faster
 * that it cannot match. undefined where none can be told.
 */
export function neededTexts({ source, flags }: RegExp): readonly string[] | undefined {
  return flags.includes('i') ? undefined : needed(parse(source, false));
}

function needed(node: Node): readonly string[] | undefined {
  switch (node.kind) {
    case 'either': {
      const parts = node.parts.map(needed);
      return parts.every((part) => part !== undefined) ? parts.flat() : undefined;
    }
    case 'repeat':
      return node.min > 0 ? needed(node.part) : undefined;
    case 'sequence': {
      const choices: (readonly string[])[] = [];
      let run = '';
      for (const part of [...node.parts, { kind: 'end' } as const]) {
        const codes = part.kind === 'set' ? [...part.set.keys()].filter((code) => part.set[code]) : [];
        if (codes.length === 1 && codes[0]! < 128) {
          run += String.fromCharCode(codes[0]!);
          continue;
        }
        if (run !== '') choices.push([run]);
        run = '';
        const inner = part.kind === 'end' ? undefined : needed(part);
        if (inner) choices.push(inner);
      }
      const shortest = (texts: readonly string[]) => Math.min(...texts.map((text) => text.length));
      return choices.sort((a, b) => shortest(b) - shortest(a))[0];
    }
    default:
      return undefined;
  }
}

/** How many characters a node reads at most, all its alternatives together. */
function sizeOf(node: Node): number {
  switch (node.kind) {
    case 'set':
      return 1;
    case 'repeat':
      return node.max * sizeOf(node.part) || 0;
    case 'sequence':
    case 'either':
      return node.parts.reduce((sum, part) => sum + sizeOf(part), 0);
    default:
      return 0;
  }
}

/**
 * Syntax, as far as it is allowed: no back-references, no Unicode properties, and looks ahead or behind of a few characters only.
 * Such a look takes away ways to read a text and never adds one, so it counts as nothing.
 */
function parse(source: string, ignoreCase: boolean): Node {
  let at = 0;
  const tree = either();
  if (at < source.length) throw new Refused(`"${source[at]}" at position ${at + 1} is not understood`);
  return tree;

  function either(): Node {
    const parts = [sequence()];
    while (source[at] === '|') {
      at++;
      parts.push(sequence());
    }
    return parts.length === 1 ? parts[0]! : { kind: 'either', parts };
  }

  function sequence(): Node {
    const parts: Node[] = [];
    while (at < source.length && source[at] !== '|' && source[at] !== ')') parts.push(quantified(atom()));
    return { kind: 'sequence', parts };
  }

  function quantified(part: Node): Node {
    const found = /^(?:([*+?])|\{(\d+)(?:(,)(\d*))?\})\??/.exec(source.slice(at, at + 24));
    if (!found) return part;
    at += found[0].length;
    const [, sign, low, comma, high] = found;
    const min = sign ? (sign === '+' ? 1 : 0) : Number(low);
    const max = sign
      ? sign === '?'
        ? 1
        : Number.POSITIVE_INFINITY
      : comma
        ? high === ''
          ? Number.POSITIVE_INFINITY
          : Number(high)
        : min;
    return { kind: 'repeat', part, min, max };
  }

  function atom(): Node {
    const character = source[at++]!;
    if (character === '(') return group();
    if (character === '[') return { kind: 'set', set: characterClass() };
    if (character === '^') return { kind: 'begin' };
    if (character === '$') return { kind: 'empty' };
    if (character === '.') return { kind: 'set', set: complement(setOf('\n\r')) };
    if (character === '\\') {
      if (source[at] === 'b' || source[at] === 'B') {
        at++;
        return { kind: 'empty' };
      }
      return { kind: 'set', set: folded(escaped(false)) };
    }
    return { kind: 'set', set: folded(setOf(character)) };
  }

  function group(): Node {
    const look = /^\?<?[=!]/.exec(source.slice(at, at + 3));
    if (look) {
      at += look[0].length;
      const size = sizeOf(either());
      at++;
      if (size > mostLooked)
        throw new Refused(
          `it looks ahead or behind over ${Number.isFinite(size) ? `${size} characters` : 'any number of characters'}, which is more than ${mostLooked}`,
        );
      return { kind: 'empty' };
    }
    const head = /^\?(?::|<[A-Za-z_$][\w$]*>)/.exec(source.slice(at, at + 80));
    if (head) at += head[0].length;
    else if (source[at] === '?') throw new Refused(`the group "(${source.slice(at, at + 4)}…" is not allowed here`);
    const inner = either();
    at++;
    return inner;
  }

  function escaped(inClass: boolean): CharSet {
    const letter = source[at++]!;
    if (/[1-9]|k/.test(letter) && !inClass)
      throw new Refused(`it refers back to a group ("\\${letter}"), which is not allowed here`);
    if (/[pP]/.test(letter)) throw new Refused('it names a Unicode property ("\\p"), which is not allowed here');
    const classes: Record<string, CharSet> = { d: digits, w: words, s: spaces };
    const named = classes[letter.toLowerCase()];
    if (named) return /[DWS]/.test(letter) ? complement(named) : named;
    const code = /^(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4}))/.exec(source.slice(at - 1, at + 4));
    if (code) {
      at += code[0].length - 1;
      return setOf(String.fromCharCode(Number.parseInt(code[1] ?? code[2]!, 16)));
    }
    if (letter === 'c') at++;
    const controls: Record<string, string> = { n: '\n', r: '\r', t: '\t', f: '\f', v: '\v', b: '\b', 0: '\0' };
    return setOf(controls[letter] ?? letter);
  }

  function characterClass(): CharSet {
    const negated = source[at] === '^';
    if (negated) at++;
    const set = new Uint8Array(setSize);
    while (source[at] !== ']') {
      const from = member();
      if (source[at] === '-' && source[at + 1] !== ']' && from.single !== undefined) {
        at++;
        const to = member();
        const last = to.single ?? 0xffff;
        for (let code = from.single; code <= Math.min(last, 127); code++) set[code] = 1;
        if (last > 127) set[128] = 1;
        continue;
      }
      for (let code = 0; code < setSize; code++) set[code]! |= from.set[code]!;
    }
    at++;
    return negated ? complement(folded(set)) : folded(set);
  }

  function member(): { set: CharSet; single?: number } {
    const character = source[at++]!;
    if (character !== '\\') return { set: setOf(character), single: character.charCodeAt(0) };
    const set = escaped(true);
    const codes = [...set.keys()].filter((code) => set[code]);
    return codes.length === 1 && codes[0]! < 128 ? { set, single: codes[0]! } : { set };
  }

  function folded(set: CharSet): CharSet {
    if (!ignoreCase) return set;
    const copy = Uint8Array.from(set);
    for (let code = 97; code <= 122; code++) if (set[code] || set[code - 32]) copy[code] = copy[code - 32] = 1;
    return copy;
  }
}

function setOf(characters: string): CharSet {
  const set = new Uint8Array(setSize);
  for (let at = 0; at < characters.length; at++) set[Math.min(characters.charCodeAt(at), 128)] = 1;
  return set;
}
// What is not ASCII counts as being in a set and in its complement.
const complement = (set: CharSet): CharSet => set.map((value, code) => (code === 128 ? 1 : 1 - value));
const digits = setOf('0123456789');
const words = setOf('0123456789_ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz');
const spaces = setOf(' \t\n\r\f\v\u00a0');

/** One state a character of the pattern. `next` names a state twice where two ways lead to it. */
interface Automaton {
  readonly sets: readonly CharSet[];
  readonly next: readonly (readonly number[])[];
  readonly first: readonly number[];
}

function build(tree: Node): Automaton {
  const sets: CharSet[] = [];
  const next: number[][] = [];
  type Part = { nullable: boolean; first: number[]; last: number[] };
  const empty: Part = { nullable: true, first: [], last: [] };
  const link = (from: readonly number[], to: readonly number[]) => {
    for (const state of from) next[state]!.push(...to);
  };
  const join = (a: Part, b: Part): Part => {
    link(a.last, b.first);
    return {
      nullable: a.nullable && b.nullable,
      first: a.nullable ? [...a.first, ...b.first] : a.first,
      last: b.nullable ? [...a.last, ...b.last] : b.last,
    };
  };
  const loop = (part: Part): Part => {
    link(part.last, part.first);
    return part;
  };
  const make = (node: Node): Part => {
    switch (node.kind) {
      case 'empty':
      case 'begin':
        return empty;
      case 'set':
        if (sets.length === mostPositions) throw new Refused('it is too long, or repeats too much of itself');
        sets.push(node.set);
        next.push([]);
        return { nullable: false, first: [sets.length - 1], last: [sets.length - 1] };
      case 'sequence':
        return node.parts.reduce((before, part) => join(before, make(part)), empty);
      case 'either': {
        const parts = node.parts.map(make);
        return {
          nullable: parts.some(({ nullable }) => nullable),
          first: parts.flatMap(({ first }) => first),
          last: parts.flatMap(({ last }) => last),
        };
      }
      case 'repeat':
        return repeat(node.part, node.min, node.max);
    }
  };
  const repeat = (part: Node, min: number, max: number): Part => {
    if (min > mostPositions || (max !== Number.POSITIVE_INFINITY && max > mostPositions))
      throw new Refused(`it repeats something more than ${mostPositions} times`);
    if (max === Number.POSITIVE_INFINITY) {
      let whole = empty;
      for (let copy = 1; copy < min; copy++) whole = join(whole, make(part));
      const last = loop(make(part));
      return join(whole, min === 0 ? { ...last, nullable: true } : last);
    }
    // x{0,3} as (x(x(x)?)?)?: each text is read in one way.
    let optional = empty;
    for (let copy = min; copy < max; copy++) optional = { ...join(make(part), optional), nullable: true };
    let whole = empty;
    for (let copy = 0; copy < min; copy++) whole = join(whole, make(part));
    return join(whole, optional);
  };
  // A search begins anywhere: as if any text stood before, unless the pattern is bound to the line's beginning.
  const bound = tree.kind === 'sequence' && tree.parts[0]?.kind === 'begin';
  const anything: Node = {
    kind: 'repeat',
    part: { kind: 'set', set: new Uint8Array(setSize).fill(1) },
    min: 0,
    max: Number.POSITIVE_INFINITY,
  };
  const { first } = make(bound ? tree : { kind: 'sequence', parts: [anything, tree] });
  return { sets, next, first };
}

const meet = ({ sets }: Automaton, a: number, b: number): boolean => {
  const [one, other] = [sets[a]!, sets[b]!];
  for (let code = 0; code < setSize; code++) if (one[code] && other[code]) return true;
  return false;
};

/** `table[a][b]`: b can be reached from a by at least one step. */
function reachable({ next }: Automaton): Uint8Array[] {
  return next.map((_, start) => {
    const seen = new Uint8Array(next.length);
    const open = [...next[start]!];
    for (let state = open.pop(); state !== undefined; state = open.pop()) {
      if (seen[state]) continue;
      seen[state] = 1;
      open.push(...next[state]!);
    }
    return seen;
  });
}

/** The loops: sets of states that reach each other. */
function loops(automaton: Automaton, reach: readonly Uint8Array[]): number[][] {
  const found: number[][] = [];
  const placed = new Set<number>();
  for (const state of automaton.next.keys()) {
    if (placed.has(state) || !reach[state]![state]) continue;
    const loop = [...automaton.next.keys()].filter((other) => reach[state]![other] && reach[other]![state]);
    for (const one of loop) placed.add(one);
    found.push(loop);
  }
  return found;
}

/** Whether some loop reads a text in two ways and is back where it began. */
function exponential(automaton: Automaton): boolean {
  const { next } = automaton;
  return loops(automaton, reachable(automaton)).some((loop) => {
    const inside = new Set(loop);
    const steps = loop.flatMap((state) =>
      next[state]!.filter((to) => inside.has(to)).map((to) => [state, to] as const),
    );
    if (new Set(steps.map(([from, to]) => from * next.length + to)).size < steps.length) return true;
    const pair = (a: number, b: number) => Math.min(a, b) * next.length + Math.max(a, b);
    const forward = new Map<number, number[]>();
    const backward = new Map<number, number[]>();
    const same = loop.map((state) => pair(state, state));
    const seen = new Set(same);
    const open = loop.map((state) => [state, state] as const);
    for (let one = open.pop(); one; one = open.pop()) {
      for (const a of next[one[0]]!)
        for (const b of next[one[1]]!) {
          if (!inside.has(a) || !inside.has(b) || !meet(automaton, a, b)) continue;
          const [from, to] = [pair(...one), pair(a, b)];
          forward.set(from, [...(forward.get(from) ?? []), to]);
          backward.set(to, [...(backward.get(to) ?? []), from]);
          if (seen.has(to)) continue;
          seen.add(to);
          open.push([a, b]);
        }
    }
    // Pairs of different states from which both come together again.
    const back = new Set(same);
    const rest = [...same];
    for (let one = rest.pop(); one !== undefined; one = rest.pop())
      for (const from of backward.get(one) ?? []) {
        if (back.has(from)) continue;
        back.add(from);
        rest.push(from);
      }
    return [...back].some((one) => Math.floor(one / next.length) !== one % next.length && seen.has(one));
  });
}

/** The power of the text's length by which the number of ways grows. */
function degree(automaton: Automaton): number {
  const reach = reachable(automaton);
  const all = loops(automaton, reach);
  const leads = (a: readonly number[], b: readonly number[]) => reach[a[0]!]![b[0]!] === 1;
  const depth = new Map<readonly number[], number>();
  const depthOf = (loop: readonly number[]): number => {
    const known = depth.get(loop);
    if (known !== undefined) return known;
    let most = 0;
    for (const other of all) {
      if (other === loop || !leads(loop, other)) continue;
      const further = Math.max(depthOf(other), 0);
      most = Math.max(most, further + (bothRead(automaton, reach, loop, other) ? 1 : 0));
    }
    depth.set(loop, most);
    return most;
  };
  return Math.max(0, ...all.map(depthOf));
}

/** Whether some text leads around the one loop, around the other, and from the one to the other. */
function bothRead(
  automaton: Automaton,
  reach: readonly Uint8Array[],
  one: readonly number[],
  other: readonly number[],
): boolean {
  const { next, sets } = automaton;
  const size = next.length;
  if (one.length * other.length * size > 200_000) return true;
  const [inOne, inOther] = [new Set(one), new Set(other)];
  for (const p of one)
    for (const q of other) {
      const key = (a: number, b: number, c: number) => (a * size + b) * size + c;
      const goal = key(p, q, q);
      const seen = new Set<number>();
      const open: (readonly [number, number, number])[] = [[p, p, q]];
      for (let at = open.pop(); at; at = open.pop()) {
        for (const a of next[at[0]]!) {
          if (!inOne.has(a)) continue;
          for (const b of next[at[1]]!) {
            if (!reach[b]![q] && b !== q) continue;
            for (const c of next[at[2]]!) {
              if (!inOther.has(c) || seen.has(key(a, b, c))) continue;
              if (!sets[a]!.some((value, code) => value && sets[b]![code] && sets[c]![code])) continue;
              if (key(a, b, c) === goal) return true;
              seen.add(key(a, b, c));
              open.push([a, b, c]);
            }
          }
        }
      }
    }
  return false;
}

/** How many ways there are besides loops, each loop counted as one step: at most so many paths of the same length. */
function finiteWays(automaton: Automaton): number {
  const { next, first } = automaton;
  const reach = reachable(automaton);
  const loopOf = new Map(loops(automaton, reach).flatMap((loop) => loop.map((state) => [state, loop[0]!] as const)));
  const home = (state: number) => loopOf.get(state) ?? state;
  const steps = new Map<number, number[]>();
  for (const [state, targets] of next.entries()) {
    const out = [...new Set(targets)].map(home).filter((to) => to !== home(state));
    steps.set(home(state), [...(steps.get(home(state)) ?? []), ...out]);
  }
  let ways = new Map<number, number>();
  for (const state of first) ways.set(home(state), (ways.get(home(state)) ?? 0) + 1);
  let most = 1;
  while (ways.size > 0) {
    const total = [...ways.values()].reduce((sum, count) => sum + count, 0);
    most = Math.max(most, total);
    if (total > mostSteps) return most;
    const after = new Map<number, number>();
    for (const [state, count] of ways)
      for (const to of steps.get(state) ?? []) after.set(to, (after.get(to) ?? 0) + count);
    ways = after;
  }
  return most;
}
