import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runProgram } from '../../src/common/program.ts';

const env = { PATH: process.env.PATH, LC_ALL: 'de_DE.UTF-8', GIT_ASKPASS: '/bin/false' };
const sh = (script: string) => ['sh', '-c', script] as const;
/** A process that ended may still be listed as a zombie until its parent looks. */
const alive = (pid: number) => {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
};

describe('runProgram', () => {
  it('passes arguments as they are, and answers with output and exit code', async () => {
    const argument = `a 'b' "c" $HOME \n *`;
    const result = await runProgram(['printf', '%s', argument], { env, timeoutMs: 5_000 });
    expect(result).toMatchObject({ exitCode: 0, stderr: '', timedOut: false });
    expect(result.stdout.toString()).toBe(argument);
    expect(await runProgram(sh('echo no >&2; exit 7'), { env, timeoutMs: 5_000 })).toMatchObject({
      exitCode: 7,
      stderr: 'no\n',
    });
  });

  it('fixes the environment: English, no prompts', async () => {
    const { stdout } = await runProgram(sh('echo "$LC_ALL|$GIT_TERMINAL_PROMPT|$GIT_ASKPASS|$HOME"'), {
      env,
      timeoutMs: 5_000,
    });
    expect(stdout.toString()).toBe('C|0||\n');
  });

  it('has no terminal to ask on', async () => {
    const { exitCode } = await runProgram(sh('true < /dev/tty'), { env, timeoutMs: 5_000 });
    expect(exitCode).not.toBe(0);
  });

  it('hands over input, and pieces as they come, also the last one without an end', async () => {
    const lines: string[] = [];
    const options = { env, timeoutMs: 5_000, input: 'one\0two\0thrée', separator: '\0' };
    const result = await runProgram(['cat'], { ...options, onLine: (line) => lines.push(line) });
    expect(lines).toEqual(['one', 'two', 'thrée']);
    expect(result.stdout.length).toBe(0);
  });

  it('survives a program that does not read its input', async () => {
    const input = 'x'.repeat(1 << 20);
    expect(await runProgram(['true'], { env, timeoutMs: 5_000, input })).toMatchObject({ exitCode: 0 });
  });

  it('ends a program at its time limit together with what it started, also when it ignores SIGTERM', async () => {
    const file = join(await mkdtemp(join(tmpdir(), 'program-')), 'pid');
    const script = `trap '' TERM; sh -c 'trap "" TERM; echo $$ > "${file}"; while :; do sleep 1; done' & wait; wait`;
    const result = await runProgram(sh(script), { env, timeoutMs: 500 });
    expect(result).toMatchObject({ exitCode: null, timedOut: true });
    expect(alive(Number(await readFile(file, 'utf8')))).toBe(false);
  });

  it('ends running programs when this process is told to end', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'program-'));
    const source = new URL('../../src/common/program.ts', import.meta.url).pathname;
    const { build } = await import('esbuild');
    await writeFile(
      join(dir, 'main.ts'),
      `import { runProgram } from ${JSON.stringify(source)};
       await runProgram(['sh', '-c', 'echo $$ > ${dir}/pid; kill -INT $PPID; exec sleep 600'], {
         env: process.env, timeoutMs: 60000, });`,
    );
    await build({
      entryPoints: [join(dir, 'main.ts')],
      bundle: true,
      platform: 'node',
      format: 'esm',
      outfile: join(dir, 'main.mjs'),
    });
    const child = spawn(process.execPath, [join(dir, 'main.mjs')], { stdio: 'ignore' });
    // The program itself sends the signal, at the first moment at which there is something to leave behind.
    expect(await once(child, 'close')).toEqual([null, 'SIGINT']);
    const pid = Number(await readFile(join(dir, 'pid'), 'utf8'));
    await until(async () => !alive(pid));
  });

  it('says when there is no such program', async () => {
    await expect(runProgram(['no-such-program'], { env, timeoutMs: 1_000 })).rejects.toMatchObject({
      kind: 'unknown',
      message: 'Cannot run no-such-program: there is no such program',
    });
  });
});

async function until<T>(probe: () => Promise<T>): Promise<T> {
  for (;;) {
    const value = await probe().catch(() => undefined);
    if (value) return value;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
