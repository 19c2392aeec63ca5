import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Option } from 'commander';
import { build } from 'esbuild';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { argumentsFromInputs } from '../../src/common/action.ts';
import type { Tool } from '../../src/common/command.ts';

const handler = async () => ({ exit: 0, result: null }) as const;
const tool: Tool = {
  name: 'tool',
  summary: '',
  verbs: [
    {
      usage: 'run [environment]',
      summary: '',
      options: [
        new Option('--host <host...>', ''),
        new Option('--identity <key>', ''),
        new Option('--command <argv>', ''),
        new Option('--force', ''),
      ],
      examples: [],
      handler,
    },
    { usage: 'reset [run...]', summary: '', examples: [], handler },
  ],
};
const words = (inputs: Record<string, string>, verbInput?: string) =>
  argumentsFromInputs(tool, (name) => inputs[name] ?? '', verbInput);

describe('inputs stand for arguments', () => {
  test.each([
    [{ verb: 'run' }, ['run']],
    [{ verb: 'run', identity: 'line 1\nline 2' }, ['run', '--identity=line 1\nline 2']],
    [{ verb: 'run', identity: '--yes' }, ['run', '--identity=--yes']],
    [{ verb: 'run', host: 'a\n\n b \r\nc' }, ['run', '--host=a', '--host=b', '--host=c']],
    [{ verb: 'run', force: 'true', yes: 'TRUE', 'dry-run': 'false' }, ['run', '--force', '--yes']],
    [{ verb: 'run', environment: 'pre prod' }, ['run', '--', 'pre prod']],
    [{ verb: 'run', environment: '--force' }, ['run', '--', '--force']],
    [{ verb: 'reset', run: '7 8\n org/app#9\n' }, ['reset', '--', '7', '8', 'org/app#9']],
    [{ verb: 'reset', json: 'true', config: 'ci.yaml' }, ['reset', '--config=ci.yaml']],
  ])('%j', (inputs, argv) => {
    expect(words(inputs as Record<string, string>, 'verb')).toEqual(argv);
  });

  test('an input may be both a flag and, elsewhere, the verb', () => {
    expect(words({ verb: 'run', command: 'app --port 80' }, 'verb')).toEqual(['run', '--command=app --port 80']);
  });

  test('a switch is true or false, a verb one of the verbs', () => {
    expect(() => words({ command: 'reset', yes: 'yes' })).toThrow(/Input "yes" is "yes"/);
    expect(() => words({ command: 'rest' })).toThrow(/Input "command" is "rest", .* did you mean "reset"/);
    expect(() => words({})).toThrow(/Input "command" is ""/);
    expect(argumentsFromInputs({ ...tool, defaultVerb: 'reset' }, () => '')).toEqual(['reset']);
  });
});

describe('as a process', () => {
  const directory = mkdtempSync(join(tmpdir(), 'action-'));
  const script = join(directory, 'action.mjs');
  const file = (name: string) => join(directory, name);
  beforeAll(() =>
    build({
      stdin: {
        resolveDir: fileURLToPath(new URL('.', import.meta.url)),
        loader: 'ts',
        contents: `
          import { Option } from 'commander';
          import { runAction } from '../../src/common/action.ts';
          import { problem } from '../../src/common/errors.ts';
          const options = [new Option('--exit <code>', ''), new Option('--key <text>', '')];
          const handler = async (args, { exit, key }, io) => {
            io.note('noted ' + key);
            if (exit === 'problem') throw problem('It is broken with ' + key, 'Mend it.');
            if (exit === 'defect') throw new RangeError('off by one');
            return {
              exit: Number(exit ?? 0),
              result: { key, lines: 'a\\nb' },
              text: () => 'text ' + key,
              markdown: () => '| ' + key + ' |',
            };
          };
          const plain = async () => ({ exit: 0, result: {}, text: () => 'a\\n\`\`\`\`\\nb' });
          await runAction(
            { name: 'tool', summary: '', verbs: [
              { usage: 'go [name...]', summary: '', options, examples: [], handler },
              { usage: 'plain', summary: '', examples: [], handler: plain },
            ] },
            { secrets: ['key'], outputs: ({ result }) => ({ length: result.lines?.length ?? -1, ok: true }) },
          );`,
      },
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node20',
      outfile: script,
      logLevel: 'error',
      banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    }),
  );
  afterAll(() => rmSync(directory, { recursive: true }));
  beforeEach(() => {
    for (const name of ['output', 'summary', 'other-summary']) writeFileSync(file(name), '');
  });

  function act(inputs: Record<string, string>, env: Record<string, string> = {}) {
    const given = Object.fromEntries(
      Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]),
    );
    const { stdout, stderr, status } = spawnSync(process.execPath, [script], {
      encoding: 'utf8',
      env: { PATH: process.env.PATH, CI: 'true', GITHUB_OUTPUT: file('output'), ...given, ...env },
    });
    expect(stderr).toBe('');
    return { log: stdout, status, output: outputs(readFileSync(file('output'), 'utf8')) };
  }
  /** NAME<<MARK, the value, MARK: the form of the file that a runner reads. */
  const outputs = (text: string) =>
    Object.fromEntries([...text.matchAll(/^(.+?)<<(.+)\n([\s\S]*?)\n\2$/gm)].map(([, name, , value]) => [name, value]));

  test('outputs are the result, the exit code and those of the tool', () => {
    const { status, output, log } = act({ command: 'go', key: 'k' });
    expect(status).toBe(0);
    expect(output).toEqual({ length: '3', ok: 'true', result: '{"key":"k","lines":"a\\nb"}', 'exit-code': '0' });
    expect(log).toBe('tool go\nnoted k\ntext k\n');
  });

  test('the secret is masked before anything else is printed, and shows nowhere', () => {
    const key = 'rosebud-1941\nsecond-line';
    for (const exit of ['0', 'problem']) {
      const { log, output } = act({ command: 'go', key, exit }, { GITHUB_STEP_SUMMARY: file('summary') });
      expect(log).toMatch(/^::add-mask::rosebud-1941\n::add-mask::second-line\ntool go\n/);
      expect(log.replace(/^::add-mask::.*\n/gm, '')).not.toMatch(/rosebud|second-line/);
      expect(JSON.stringify(output)).not.toMatch(/rosebud|second-line/);
      expect(readFileSync(file('summary'), 'utf8')).not.toMatch(/rosebud|second-line/);
    }
  });

  test.each([
    [{ FORGEJO_STEP_SUMMARY: 'summary', GITHUB_STEP_SUMMARY: 'other-summary' }],
    [{ GITHUB_STEP_SUMMARY: 'summary' }],
  ])('the summary is written once, where %j says', (env) => {
    const paths = Object.fromEntries(Object.entries(env).map(([name, value]) => [name, file(value)]));
    act({ command: 'go', key: 'k' }, paths);
    expect(readFileSync(file('summary'), 'utf8')).toBe('## tool go\n\n| k |\n');
    expect(readFileSync(file('other-summary'), 'utf8')).toBe('');
  });

  test('a text without Markdown is fenced, and cannot end its fence', () => {
    act({ command: 'plain' }, { GITHUB_STEP_SUMMARY: file('summary') });
    expect(readFileSync(file('summary'), 'utf8')).toBe("## tool plain\n\n````\na\n'```\nb\n````\n");
  });

  test('outputs go to the file of FORGEJO_OUTPUT where there is no other', () => {
    const { output, log } = act({ command: 'go' }, { GITHUB_OUTPUT: '', FORGEJO_OUTPUT: file('output') });
    expect(output).toMatchObject({ 'exit-code': '0' });
    expect(log).not.toMatch('::set-output');
  });

  test.each([
    ['1', 1, /found a problem/],
    ['2', 2, /could not tell/],
    ['64', 64, /used wrongly/],
    ['problem', 1, /error: It is broken.*\nnext: {2}Mend it\./],
    ['defect', 2, /error: off by one\nnext: .*defect/],
  ])('exit %s fails the step with %d, and GitHub gets an annotation', (exit, code, words) => {
    const { status, log, output } = act({ command: 'go', exit });
    expect({ status, output }).toMatchObject({ status: code, output: { 'exit-code': String(code) } });
    expect(log).toMatch(words);
    expect(log).toMatch(new RegExp(`^::error::tool .*\\(exit code ${code}\\)`, 'm'));
  });

  test('a Forgejo runner prints commands as they are: no annotation there', () => {
    expect(act({ command: 'go', exit: '1' }, { FORGEJO_ACTIONS: 'true' }).log).not.toMatch('::error');
  });

  test.each([
    ['1', 'false', 0],
    ['1', 'False', 0],
    ['1', 'true', 1],
    ['2', 'false', 2],
    ['64', 'false', 64],
  ])('exit %s with fail-on-findings: %s ends with %d', (exit, input, code) => {
    const { status, output } = act({ command: 'go', exit, 'fail-on-findings': input });
    expect({ status, told: output['exit-code'] }).toEqual({ status: code, told: exit });
  });

  test('a wrong verb is wrong usage, with the next step', () => {
    const { status, log, output } = act({ command: 'og' });
    expect(status).toBe(64);
    expect(log).toMatch(/Input "command" is "og".*\nnext: {2}Use one of: go, plain\./);
    expect(output).toMatchObject({ 'exit-code': '64', ok: 'true' });
  });

  test('a summary that cannot be written changes nothing of the outcome', () => {
    const { status, log } = act({ command: 'go', exit: '1' }, { GITHUB_STEP_SUMMARY: join(file('output'), 'summary') });
    expect(status).toBe(1);
    expect(log).toMatch(/could not be written: ENOTDIR/);
  });
});
