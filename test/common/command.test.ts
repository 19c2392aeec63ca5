import { Option } from 'commander';
import { describe, expect, test } from 'vitest';
import { type Handler, runTool, type Tool } from '../../src/common/command.ts';
import { problem, unknown } from '../../src/common/errors.ts';
import { exitCode } from '../../src/common/exit.ts';
import { type Io, ReaderGone } from '../../src/common/io.ts';
import { colored } from '../../src/common/output/style.ts';
import { plainView } from '../../src/common/output/table.ts';
import { hideSecret } from '../../src/common/redact.ts';

function testIo(io: Partial<Io> = {}) {
  const out: string[] = [];
  const notes: string[] = [];
  return {
    out: () => out.join(''),
    notes: () => notes.join('\n'),
    io: {
      env: {},
      view: plainView,
      interactive: false,
      write: async (text: string) => void out.push(text),
      note: (text: string) => void notes.push(text),
      pause: async () => {},
      ask: async () => false,
      ...io,
    },
  };
}

const tool = (handler: Handler<object>, defaultVerb?: string): Tool => ({
  name: 'tool',
  summary: 'Does things.',
  verbs: [
    {
      usage: 'show <run>',
      summary: 'show a run',
      description: 'At length.',
      options: [
        new Option('--limit <count>', 'how many').default('20'),
        new Option('--to <state>', 'what to').choices(['auto', 'waiting']),
        new Option('--again', 'once more'),
      ],
      examples: [['tool show 7', 'run 7']],
      handler,
    },
    { usage: 'check', summary: 'check', examples: [], handler },
    { usage: 'reset [run...]', summary: 'reset', examples: [], handler },
  ],
  ...(defaultVerb && { defaultVerb }),
});

const fine: Handler<object> = async (args, options) => ({
  exit: exitCode.ok,
  result: { args, options },
  text: () => `args ${args.join(',')}`,
});
const run = async (argv: string[], handler = fine, io: Partial<Io> = {}, defaultVerb?: string) => {
  const probe = testIo(io);
  const outcome = await runTool(tool(handler, defaultVerb), argv, probe.io);
  return { exit: outcome.exit, out: probe.out(), notes: probe.notes(), result: outcome.result };
};

describe('arguments and flags reach the verb', () => {
  test.each([
    [['show', '7'], ['7'], { limit: '20' }],
    [
      ['show', '--limit=5', '--again', '7', '-y', '--dry-run'],
      ['7'],
      { limit: '5', again: true, yes: true, dryRun: true },
    ],
    [['reset'], [], {}],
    [['reset', '1', 'org/app#2'], ['1', 'org/app#2'], {}],
    [['reset', '--', '--json'], ['--json'], {}],
    [['--yes', '-v', 'reset', '1'], ['1'], { yes: true, verbose: true }],
  ])('%j', async (argv, args, options) => {
    const { exit, result } = await run(argv);
    expect({ exit, result }).toEqual({ exit: 0, result: { args, options } });
  });
});

describe('the exit code', () => {
  test.each([0, 1, 2, 64] as const)('of an outcome is its own: %d', async (exit) => {
    expect((await run(['check'], async () => ({ exit, result: null }))).exit).toBe(exit);
  });

  test.each([
    ['an unknown flag', ['show', '7', '--limti', '3'], /unknown option '--limti'[\s\S]*--limit/],
    ['an unknown verb', ['shwo'], /unknown command 'shwo'[\s\S]*show/],
    ['a missing argument', ['show'], /missing required argument 'run'/],
    ['an argument too many', ['check', 'x'], /too many arguments/],
    ['a value that is not a choice', ['show', '7', '--to', 'later'], /auto, waiting/],
    ['a flag without its value', ['show', '7', '--limit'], /argument missing/],
    ['no verb', [], /Usage: tool/],
  ])('of %s is 64, with words that help', async (_, argv, words) => {
    const { exit, out, notes } = await run(argv);
    expect({ exit, out }).toEqual({ exit: 64, out: '' });
    expect(notes).toMatch(words);
    const verb = ['check', 'show'].includes(argv[0]!) && argv.length > 0 ? ` ${argv[0]}` : '';
    expect(notes.endsWith(`next: tool${verb} --help`)).toBe(true);
  });

  test('of an error is that of its kind; the next step is printed', async () => {
    const broken = await run(['check'], () => Promise.reject(problem('It is broken.', 'Mend it.')));
    expect(broken).toMatchObject({ exit: 1, out: '', notes: 'error: It is broken.\nnext:  Mend it.' });
    const away = await run(['check'], () => Promise.reject(unknown('Nobody answers.', 'Call again.')));
    expect(away.exit).toBe(2);
  });

  test('of a defect is 2, with a stack only when asked for', async () => {
    const defect: Handler<object> = () => Promise.reject(new RangeError('off by one'));
    const short = await run(['check'], defect);
    expect(short.exit).toBe(2);
    expect(short.notes).toMatch(/off by one[\s\S]*defect/);
    expect(short.notes).not.toMatch(/ at /);
    expect((await run(['check', '--verbose'], defect)).notes).toMatch(/RangeError: off by one\n\s+at /);
  });

  test('the cause of an error is shown when asked for', async () => {
    const failing: Handler<object> = () => Promise.reject(problem('m', 'f', new Error('deep down')));
    expect((await run(['check'], failing)).notes).not.toMatch('deep down');
    expect((await run(['check', '-v'], failing)).notes).toMatch('deep down');
  });
});

describe('--json', () => {
  test('prints the result object alone', async () => {
    const { out, notes } = await run(['show', '7', '--json'], async (_, __, io) => {
      io.note('working');
      return { exit: exitCode.problem, result: { a: 1 }, text: () => 'text' };
    });
    expect(JSON.parse(out)).toEqual({ a: 1 });
    expect(notes).toBe('working');
  });

  test.each([
    ['a failure', ['check', '--json'], { message: 'It is broken.', fix: 'Mend it.' }, 1],
    [
      'an unknown flag',
      ['check', '--json', '--nope'],
      { message: expect.stringMatching(/^unknown option '--nope'/) },
      64,
    ],
    ['an unknown verb', ['nope', '--json'], { message: expect.stringMatching(/^unknown command 'nope'/) }, 64],
    ['no verb', ['--json'], { message: expect.any(String), fix: 'tool --help' }, 64],
  ])('prints one object for %s too', async (_, argv, error, exit) => {
    const outcome = await run(argv, () => Promise.reject(problem('It is broken.', 'Mend it.')));
    expect(JSON.parse(outcome.out)).toMatchObject({ error });
    expect(outcome.exit).toBe(exit);
  });

  test('behind -- is an argument', async () => {
    expect((await run(['reset', '--', '--json'])).out).toBe('args --json\n');
  });
});

test('--quiet silences notes, not errors', async () => {
  const noisy: Handler<object> = async (_, __, io) => {
    io.note('working');
    throw problem('It is broken.', 'Mend it.');
  };
  expect((await run(['check', '-q'], noisy)).notes).toBe('error: It is broken.\nnext:  Mend it.');
});

test('a secret shows in neither text, JSON, errors nor stack', async () => {
  hideSecret('rosebud-1941');
  const result = { url: 'postgres://u:hunter2@h/d', token: 'rosebud-1941' };
  const telling: Handler<object> = async () => ({ exit: 0, result, text: () => `${result.url} ${result.token}` });
  for (const argv of [['check'], ['check', '--json']])
    expect((await run(argv, telling)).out).not.toMatch(/hunter2|rosebud/);
  const failing: Handler<object> = () => Promise.reject(problem(`at ${result.url}`, `try ${result.token}`));
  for (const argv of [['check'], ['check', '--json'], ['check', '--rosebud-1941', '--json']]) {
    const { out, notes } = await run(argv, failing);
    expect(out).not.toMatch(/hunter2|rosebud/);
    if (argv.length < 3) expect(notes).not.toMatch(/hunter2|rosebud/);
  }
});

test("a result's text cannot drive the terminal, but may have colours", async () => {
  const { out } = await run(
    ['check'],
    async () => ({
      exit: 0,
      result: null,
      text: ({ style }) => `${style.bad('\x1b[2Jred')}`,
    }),
    { view: { ...plainView, style: colored } },
  );
  expect(out).toBe('\x1b[31m␛[2Jred\x1b[39m\n');
});

test('a reader that went away is no failure; the outcome stands', async () => {
  const write = () => Promise.reject(new ReaderGone());
  expect((await run(['check'], async () => ({ exit: 1, result: null, text: () => 'x' }), { write })).exit).toBe(1);
  const streaming: Handler<object> = async (_, __, io) => {
    for (;;) await io.write('line\n');
  };
  expect(await run(['check'], streaming, { write })).toMatchObject({ exit: 0, notes: '' });
});

describe('help', () => {
  test('of the tool names verbs and exit codes', async () => {
    const { exit, out } = await run(['--help']);
    expect(exit).toBe(0);
    expect(out).toMatch(/Does things\.[\s\S]*show[^\n]*show a run[\s\S]*Exit codes: 0 /);
  });

  test('of a verb has its flags, the common ones and examples', async () => {
    const { exit, out } = await run(['show', '--help']);
    expect(exit).toBe(0);
    expect(out).toMatch(/At length\.[\s\S]*--limit <count>[\s\S]*--json[\s\S]*Examples:\n {2}\$ tool show 7 {2}run 7/);
  });

  test('is not JSON', async () => {
    expect((await run(['show', '--help', '--json'])).out).toMatch(/^Usage: tool show/);
  });

  test('the version is printed alone', async () => {
    expect(await run(['--version'])).toMatchObject({ exit: 0, out: 'development\n' });
  });
});

describe('a default verb', () => {
  test.each([
    [[], []],
    [['--yes'], []],
    [['--json'], []],
    [['check'], []],
  ])('runs for %j', async (argv, args) => {
    const { exit, result } = await run(argv, fine, {}, 'check');
    expect(exit).toBe(0);
    expect(result).toMatchObject({ args });
  });

  test('other verbs still run', async () => {
    expect((await run(['show', '7'], fine, {}, 'check')).result).toMatchObject({ args: ['7'] });
  });

  test('a misspelt verb is said to be one, also as JSON', async () => {
    const { exit, notes, out } = await run(['shwo', '--json'], fine, {}, 'check');
    expect(exit).toBe(64);
    expect(notes).toMatch(/no verb "shwo"; did you mean "show"\?/);
    expect(JSON.parse(out).error.message).toMatch('shwo');
  });

  test('that takes arguments gets them', async () => {
    expect((await run(['7', '8'], fine, {}, 'reset')).result).toMatchObject({ args: ['7', '8'] });
  });

  test('help is the help of the tool', async () => {
    expect((await run(['--help'], fine, {}, 'check')).out).toMatch(/^Usage: tool \[options\] \[command\]/);
  });
});
