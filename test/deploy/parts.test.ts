import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { localHost } from '../../src/deploy/host/local.ts';
import { fed, type Part, sheetOf } from '../../src/deploy/parts.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "it's $(parts) "));
});
afterEach(async () => await rm(root, { recursive: true }));

const part = (...argv: string[]): Part => ({ what: argv[0]!, argv });
const run = async (parts: readonly Part[], around?: { before?: string; behind?: string }) => {
  const { argv, stdin, read } = sheetOf(parts, around);
  const { stdout, stderr } = await localHost(process.env).run(argv, { ...(stdin && { stdin }) });
  return read(stdout, stderr);
};

test('each part keeps its own output, error output and exit code, whatever it prints', async () => {
  const odd = '\n\n\0 0\n\'"$(exit 1)`é\u{1f600}\\\n\n';
  const results = await run([
    { ...part('cat'), from: ['printf', '%s', 'a%sb\\n'] },
    part('node', '-e', `process.stdout.write(${JSON.stringify(odd)})`),
    { ...part('sh', '-c', 'echo out; echo err >&2; exit 7'), optional: true },
    part('true'),
    { ...part('sh', '-c', 'kill -TERM $$'), optional: true },
    part('cat'),
  ]);
  expect(results.map(({ stdout }) => stdout)).toEqual(['a%sb\\n', odd, 'out\n', '', '', '']);
  expect(results.map(({ code }) => code)).toEqual([0, 0, 7, 0, 143, 0]);
  expect(results[2]!.stderr).toBe('err\n');
  expect(results[3]!.stderr).toBe('');
});

test('the first failure ends it', async () => {
  const file = join(root, 'made');
  const results = await run([part('true'), part('sh', '-c', 'echo why >&2; exit 3'), part('touch', file)], {
    behind: `touch '${file.replaceAll("'", `'\\''`)}'`,
  });
  expect(results).toMatchObject([{ code: 0 }, { code: 3, stderr: 'why\n' }]);
  expect(existsSync(file)).toBe(false);
});

test('a text that no command line could hold arrives', async () => {
  const text = `${"it's long ".repeat(40_000)}\n`;
  const file = join(root, '-text');
  expect(await run([fed(part('tee', '--', file), text), part('wc', '-c', file)])).toMatchObject([
    { code: 0, stdout: '' },
    { code: 0, stdout: expect.stringContaining(String(text.length)) },
  ]);
  expect(await readFile(file, 'utf8')).toBe(text);
});

test('of a script that was cut short nothing is run', () => {
  const file = join(root, 'made');
  const { argv, stdin } = sheetOf([part('touch', file), fed(part('tee', file), 'x'.repeat(100_000))]);
  const script = stdin!.toString();
  for (const length of [40, script.indexOf('end || exit 0') + 14, script.length - 2])
    try {
      execFileSync(argv[0]!, argv.slice(1), { input: script.slice(0, length), stdio: ['pipe', 'ignore', 'ignore'] });
    } catch {}
  expect(existsSync(file)).toBe(false);
  execFileSync(argv[0]!, argv.slice(1), { input: script, stdio: ['pipe', 'ignore', 'ignore'] });
  expect(existsSync(file)).toBe(true);
});
