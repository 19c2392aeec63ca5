import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bundling } from '../../scripts/bundling.mjs';
import { isCi } from '../../src/common/terminal.ts';

// Streams, their ends and what a terminal is belong to a process: each of these runs in one of its own.
const directory = mkdtempSync(join(tmpdir(), 'terminal-'));
const script = join(directory, 'probe.mjs');
beforeAll(() =>
  build({
    stdin: {
      resolveDir: fileURLToPath(new URL('.', import.meta.url)),
      loader: 'ts',
      contents: `
        import { runTool } from '../../src/common/command.ts';
        import { syncBuiltinESMExports } from 'node:module';
        import nodeTty from 'node:tty';
        import { hideSecret } from '../../src/common/redact.ts';
        import { terminalIo } from '../../src/common/terminal.ts';
        const [what, tty] = process.argv.slice(2);
        if (tty) for (const stream of [process.stdout, process.stderr]) stream.isTTY = true;
        if (tty) nodeTty.isatty = () => true;
        syncBuiltinESMExports();
        if (tty) process.stdout.columns = Number(tty);
        const io = terminalIo();
        if (what === 'view') {
          const { layout, style, columns } = io.view;
          await io.write(JSON.stringify({ layout, color: style.bad('x') !== 'x', columns, interactive: io.interactive }));
        }
        if (what === 'ask') await io.write(String(await io.ask('Sure?')));
        if (what === 'note') {
          hideSecret('rosebud-1941');
          io.note('at rosebud-1941 \\x1b[2J');
        }
        const run = async (handler, ...flags) => {
          const tool = { name: 'tool', summary: '', verbs: [{ usage: 'verb', summary: '', examples: [], handler }] };
          const { exit } = await runTool(tool, ['verb', ...flags], io);
          process.exitCode = exit;
        };
        if (what === 'json') await run(async () => ({ exit: 0, result: [] }), '--json');
        if (what === 'text') await run(async () => ({ exit: 0, result: [], text: () => 'done' }));
        if (what === 'stream') {
          const handler = async () => {
            try {
              for (let line = 0; line < 1_000_000; line++) await io.write('line ' + line + '\\n');
            } finally {
              io.note('cleaned up');
            }
            return { exit: 0, result: null };
          };
          await run(handler);
        }`,
    },
    ...bundling,
    // As the commands are: a chunk for each dynamic import.
    splitting: true,
    outdir: directory,
    entryNames: 'probe',
    outExtension: { '.js': '.mjs' },
  }),
);
afterAll(() => rmSync(directory, { recursive: true }));

const start = (args: string[], env: Record<string, string> = {}): ChildProcess =>
  spawn(process.execPath, [script, ...args], { env: { PATH: process.env.PATH, ...env }, stdio: 'pipe' });

async function probe(args: string[], env: Record<string, string> = {}, input = '') {
  const child = start(args, env);
  child.stdin!.end(input);
  const [out, err, [code]] = await Promise.all([text(child.stdout!), text(child.stderr!), once(child, 'exit')]);
  return { out, err, code };
}

test.each([
  [{}, false],
  [{ CI: 'true' }, true],
  [{ CI: '' }, false],
  [{ CI: 'false' }, false],
  [{ FORGEJO_ACTIONS: 'true' }, true],
  [{ GITEA_ACTIONS: 'true' }, true],
  [{ GITHUB_ACTIONS: 'true' }, true],
])('%j: in CI is %s', (env, ci) => {
  expect(isCi(env)).toBe(ci);
});

describe('how results are shown', () => {
  test.each([
    ['a pipe', [], {}, { layout: 'tsv', color: false, columns: null, interactive: false }],
    ['a terminal', ['90'], {}, { layout: 'aligned', color: true, columns: 90, interactive: true }],
    ['a terminal of unknown width', ['0'], {}, { layout: 'aligned', color: true, columns: null, interactive: true }],
    ['a terminal in CI', ['90'], { CI: '1' }, { layout: 'aligned', color: false, columns: null, interactive: false }],
    ['a pipe in CI', [], { FORGEJO_ACTIONS: 'true' }, { layout: 'aligned', color: false, interactive: false }],
    ['NO_COLOR', ['90'], { NO_COLOR: '1' }, { color: false, interactive: true }],
    ['an empty NO_COLOR', ['90'], { NO_COLOR: '' }, { color: true }],
    ['FORCE_COLOR in a pipe', [], { FORCE_COLOR: '1' }, { layout: 'tsv', color: true }],
    ['FORCE_COLOR=0', [], { FORCE_COLOR: '0' }, { color: false }],
    ['both', ['90'], { FORCE_COLOR: '1', NO_COLOR: '1' }, { color: false }],
    ['a dumb terminal', ['90'], { TERM: 'dumb' }, { color: false }],
  ])('%s', async (_, args, env, view) => {
    const { out, code } = await probe(['view', ...args], env);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject(view);
  });
});

describe('a question', () => {
  test.each([
    ['y\n', 'true'],
    ['YES \n', 'true'],
    ['n\n', 'false'],
    ['\n', 'false'],
    ['yeah\n', 'false'],
    ['', 'false'],
  ])('answered with %j is %s', async (input, answer) => {
    expect(await probe(['ask'], {}, input)).toEqual({ out: answer, err: 'Sure? [y/N] ', code: 0 });
  });
});

test.each(['text', 'stream', 'json'])('a full disk under the output is one sentence: %s', async (what) => {
  const full = openSync('/dev/full', 'w');
  const child = spawn(process.execPath, [script, what], {
    env: { PATH: process.env.PATH },
    stdio: ['ignore', full, 'pipe'],
  });
  closeSync(full);
  const [err, [code]] = await Promise.all([text(child.stderr!), once(child, 'exit')]);
  expect(code).toBe(2);
  expect(err.replace('cleaned up\n', '')).toMatch(
    /^error: Standard output cannot be written: ENOSPC[^\n]*\nnext: {2}Make room [^\n]*\n$/,
  );
});

test('a note holds neither secrets nor foreign control sequences', async () => {
  expect((await probe(['note'])).err).toBe('at *** ␛[2J\n');
});

describe('a reader that goes away', () => {
  test('of the output ends the work in order', async () => {
    const child = start(['stream']);
    const err = text(child.stderr!);
    await once(child.stdout!, 'data');
    child.stdout!.destroy();
    const [code] = await once(child, 'exit');
    expect({ code, err: await err }).toEqual({ code: 0, err: 'cleaned up\n' });
  });

  test('of the notes ends nothing', async () => {
    const child = start(['note']);
    child.stderr!.destroy();
    expect((await once(child, 'exit'))[0]).toBe(0);
  });
});
