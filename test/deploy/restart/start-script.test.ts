import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startScript } from '../../../src/deploy/restart/start-script.ts';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "start 'script-"));
});
afterAll(() => rm(directory, { recursive: true }));

const detach = execFileSync('sh', ['-c', 'command -v setsid || command -v nohup'], { encoding: 'utf8' }).trim();
const shells = ['sh', 'dash', 'bash', 'busybox'].filter(
  (name) => spawnSync(name, [...(name === 'busybox' ? ['sh'] : []), '-c', ':']).status === 0,
);

/** Runs the script with an environment file; what the service sees of names that start with T_. */
async function start(
  shell: string,
  file: string,
  mode?: string,
): Promise<{ code: number | null; stderr: string; seen: string[] }> {
  const envFile = join(directory, 'an env');
  const log = join(directory, `log ${shell}`);
  const script = join(directory, 'start');
  await rm(log, { force: true });
  await writeFile(envFile, file);
  // The service is another sh that prints its environment, NUL between, and a mark when it is done.
  const command = [
    'sh',
    '-c',
    'for name in T_A T_B T_C T_D T_E file text number; do printf "%s=<%s>\\0" "$name" "$(printenv "$name")"; done; echo done',
  ];
  await writeFile(script, startScript({ command, workingDirectory: directory, envFile, log, detach }));
  const words = [...(shell === 'busybox' ? ['sh'] : []), script, ...(mode ? [mode] : [])];
  const { status, stderr } = spawnSync(shell, words, { encoding: 'utf8' });
  let text = '';
  for (let attempt = 0; attempt < 200 && status === 0 && !mode && !text.endsWith('done\n'); attempt++) {
    await new Promise((resolve) => setTimeout(resolve, 25));
    text = existsSync(log) ? await readFile(log, 'utf8') : '';
  }
  return { code: status, stderr, seen: text.split('\0').slice(0, -1) };
}

test.each(shells)('%s: reads values literally, and executes nothing', async (shell) => {
  const mark = join(directory, 'pwned');
  const { code, seen } = await start(
    shell,
    [
      '# a comment',
      '',
      'T_A=plain value # no comment here  ',
      `export T_B = "two \\"quoted\\" \\$HOME \\n \`touch ${mark}\` back\\\\slash"`,
      `T_C='single $(touch ${mark}) "x"'`,
      `T_D=$(touch ${mark})\r`,
      'T_E=',
      'file=/etc/passwd',
      'number=a[$(id)]',
      'text=kept',
    ].join('\n'),
  );
  expect(code).toBe(0);
  expect(seen).toEqual([
    'T_A=<plain value # no comment here>',
    `T_B=<two "quoted" $HOME \\n \`touch ${mark}\` back\\slash>`,
    `T_C=<single $(touch ${mark}) "x">`,
    `T_D=<$(touch ${mark})>`,
    'T_E=<>',
    'file=</etc/passwd>',
    'text=<kept>',
    'number=<a[$(id)]>',
  ]);
  expect(existsSync(mark)).toBe(false);
});

test.each([
  ['no equals sign', 'T_A=1\nhunter2hunter2\n', 'line 2'],
  ['a name with a space', 'secret name=hunter2\n', 'line 1'],
  ['an open quote', "T_A='hunter2\n", 'line 1'],
  ['a lone quote', 'T_A="\n', 'line 1'],
  ['no name', '=hunter2\n', 'line 1'],
])('%s: says the line and never its content', async (_, file, where) => {
  const { code, stderr } = await start('sh', file, 'check');
  expect(code).toBe(65);
  expect(stderr).toContain(where);
  expect(stderr).not.toContain('hunter2');
});

test('check starts nothing', async () => {
  expect(await start('sh', 'T_A=1', 'check')).toMatchObject({ code: 0, seen: [] });
});
