import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { optionsOf, type Tool, verbName } from '../../src/common/command.ts';
import { configKeys } from '../../src/doctor/connect.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const files = (directory: string, end: string): string[] =>
  existsSync(join(root, directory))
    ? readdirSync(join(root, directory), { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith(end) && !name.includes('node_modules'))
        .map((name) => join(directory, name))
    : [];

/** Every page for people. */
const pages = [
  ...readdirSync(root).filter((name) => name.endsWith('.md')),
  ...files('docs', '.md'),
  ...files('actions', '.md'),
];

const withoutCode = (text: string): string =>
  text.replace(/^(`{3,})[^\n]*\n[\s\S]*?^\1`*$/gm, '').replace(/`[^`\n]*`/g, (code) => code.replace(/[[\]]/g, ' '));

const codeBlocks = (text: string, language: string): string[] =>
  [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(([, body]) => body!);

const headings = (text: string): string[] =>
  [...text.replace(/^(`{3,})[^\n]*\n[\s\S]*?^\1`*$/gm, '').matchAll(/^#{1,6} (.+)$/gm)].map(([, title]) => title!);

/** A heading's anchor, as forges make it; a repeated one gets a number. */
function anchors(text: string): Set<string> {
  const seen = new Map<string, number>();
  const all = new Set<string>();
  for (const heading of headings(text)) {
    const plain = heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replace(/\s/g, '-');
    const times = seen.get(plain) ?? 0;
    seen.set(plain, times + 1);
    all.add(times === 0 ? plain : `${plain}-${times}`);
  }
  return all;
}

describe('findings', () => {
  const hold = read('src/doctor/stuck/hold.ts');
  const union = /export type HoldCode =([\s\S]*?);/.exec(hold)![1]!;
  const codes = [
    ...[...union.matchAll(/'([a-z-]+)'/g)].map(([, code]) => code!),
    ...[...read('src/doctor/stuck/stuck.ts').matchAll(/\bcode: '([a-z-]+)'/g)].map(([, code]) => code!),
  ];
  const text = read('docs/findings.md');
  const sections = headings(text).filter((title) => /^[a-z]+(-[a-z]+)+$/.test(title));

  test('every code has a section, and every section a code', () => {
    expect(codes.length).toBeGreaterThan(10);
    expect([...sections].sort()).toEqual([...codes].sort());
  });

  test('the table on top names each code and links to it', () => {
    const rows = [...text.matchAll(/^\| \[([a-z-]+)\]\(#([a-z-]+)\) \|[^|]*\| (\w+) \|/gm)];
    expect(rows.map(([, code]) => code).sort()).toEqual([...codes].sort());
    for (const [, code, anchor] of rows) expect(anchor).toBe(code);
  });

  test('each section answers the same questions', () => {
    for (const code of sections) {
      const body = text.split(`\n## ${code}\n`)[1]!.split('\n## ')[0]!;
      const questions = [...body.matchAll(/^\*\*([A-Z][\w ]+)\.\*\*/gm)].map(([, question]) => question);
      expect(questions, code).toEqual([
        'In the web page',
        'Rows',
        'Why',
        'Forgejo by itself',
        'Buttons',
        'Repair',
        'Cannot',
      ]);
    }
  });
});

const isTool = (value: unknown): value is Tool =>
  typeof value === 'object' && value !== null && 'name' in value && Array.isArray((value as Partial<Tool>).verbs);

const commands = readdirSync(join(root, 'src')).filter((name) => existsSync(join(root, 'src', name, 'command.ts')));
const tools: { readonly room: string; readonly tool: Tool }[] = [];
for (const room of commands) {
  const module: Record<string, unknown> = await import(pathToFileURL(join(root, 'src', room, 'command.ts')).href);
  for (const value of Object.values(module)) if (isTool(value)) tools.push({ room, tool: value });
}

test('there is a tool to document', () => expect(tools.map(({ tool }) => tool.name)).toContain('ci-doctor'));

describe.each(tools)('the page of $tool.name', ({ room, tool }) => {
  const page = [`docs/${tool.name}.md`, `docs/${room}.md`].find((path) => existsSync(join(root, path)));
  const text = page === undefined ? '' : read(page);

  test('is there, and README names the tool', () => {
    expect(page, `docs/${tool.name}.md or docs/${room}.md`).toBeDefined();
    expect(read('README.md')).toContain(tool.name);
  });

  test.each(tool.verbs.map((verb) => [verbName(verb), verb] as const))('%s and every flag of it', (name, verb) => {
    expect(text).toMatch(new RegExp(`\\b${name}\\b`));
    const flags = optionsOf(verb)
      .filter((option) => !option.hidden)
      .flatMap(({ long }) => long ?? []);
    expect(flags.filter((flag) => !new RegExp(`${flag}(?![a-z-])`).test(text))).toEqual([]);
  });

  test('names no flag that the tool does not have', () => {
    const known = new Set([...tool.verbs.flatMap((verb) => optionsOf(verb).map(({ long }) => long)), '--help']);
    const lines = text.split('\n').filter((line) => line.startsWith('| `-'));
    const named = lines.flatMap((line) => line.split('|')[1]!.match(/--[a-z][a-z0-9-]*/g) ?? []);
    expect(named.filter((flag) => !known.has(flag))).toEqual([]);
  });
});

/** `[page, target]` of every relative link. */
const links = pages.flatMap((page) =>
  [...withoutCode(read(page)).matchAll(/\[[^\]]*\]\(([^)\s]+)\)/g)]
    .map(([, target]) => [page, target!] as const)
    .filter(([, target]) => !/^[a-z]+:/.test(target)),
);

test('every relative link leads to a file, and its anchor to a heading', () => {
  expect(links.length).toBeGreaterThan(20);
  const broken = links.filter(([page, target]) => {
    const [path, anchor] = target.split('#') as [string, string?];
    const file = path === '' ? page : relative(root, resolve(root, dirname(page), path));
    if (!existsSync(join(root, file))) return true;
    return anchor !== undefined && !anchors(read(file)).has(anchor);
  });
  expect(broken).toEqual([]);
});

test('no page names a machine’s own paths, or an address that is not of a private or this host', () => {
  const wrong = pages.flatMap((page) => {
    const text = read(page);
    const paths = text.match(/(?<![\w.])\/(?:work|root|Users)\/[^\s`'")]*/g) ?? [];
    const addresses = (text.match(/(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])/g) ?? []).filter(
      (address) => !/^(?:10|127)\./.test(address),
    );
    return [...paths, ...addresses].map((found) => `${page}: ${found}`);
  });
  expect(wrong).toEqual([]);
});

test('every JSON and YAML block can be parsed', () => {
  for (const page of pages) {
    for (const block of codeBlocks(read(page), 'json')) {
      // An undo file is one object a line.
      const parts = /^\{"/.test(block) ? block.trim().split('\n') : [block];
      for (const part of parts) expect(() => JSON.parse(part), `${page}: ${part.slice(0, 80)}`).not.toThrow();
    }
    for (const block of codeBlocks(read(page), 'yaml'))
      expect(() => parse(block), `${page}: ${block.slice(0, 80)}`).not.toThrow();
  }
});

describe('the configuration file of docs/ci-doctor.md', () => {
  const text = read('docs/ci-doctor.md');
  const [example] = codeBlocks(text.split('\n### ci-doctor.yaml\n')[1]!, 'yaml');
  const keys = Object.keys(parse(example!) as Record<string, unknown>);

  test('has every key that is known', () => {
    expect([...keys].sort()).toEqual([...configKeys].sort());
  });

  // The built command, because bundling changes how the YAML library is loaded.
  test('is taken by the built command', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'forgejo-ci-toolkit-docs-'));
    try {
      const file = join(directory, 'ci-doctor.yaml');
      await writeFile(file, example!.replace(/^(?:app-ini|via|log-via):.*\n/gm, ''));
      const { code, stderr } = await builtDoctor(['runs', '--config', file], 'postgres://nobody@127.0.0.1:1/none');
      expect(stderr).toContain('PostgreSQL 127.0.0.1:1, database "none": nothing listens there.');
      expect(code).toBe(2);
      await writeFile(file, 'undo-dri: /tmp\n');
      expect(await builtDoctor(['runs', '--config', file], '')).toMatchObject({
        code: 64,
        stderr: expect.stringContaining('unknown key "undo-dri"; did you mean "undo-dir"?'),
      });
    } finally {
      await rm(directory, { recursive: true });
    }
  });
});

/** dist/ci-doctor.js, which `npm test` builds first. */
function builtDoctor(args: readonly string[], databaseUrl: string): Promise<{ code: unknown; stderr: string }> {
  const env = { ...process.env, CI_DOCTOR_DATABASE_URL: databaseUrl };
  return new Promise((done) => {
    execFile(process.execPath, [join(root, 'dist/ci-doctor.js'), ...args], { env }, (error, _, stderr) =>
      done({ code: error?.code ?? 0, stderr }),
    );
  });
}

interface Step {
  readonly uses: string;
  readonly with?: object;
}

/** Every step of an example, be it a whole workflow or a part of one. */
function stepsIn(value: unknown): Step[] {
  if (typeof value !== 'object' || value === null) return [];
  return [...('uses' in value ? [value as Step] : []), ...Object.values(value).flatMap(stepsIn)];
}

describe('the action of ci-doctor', () => {
  const action = parse(read('actions/ci-doctor/action.yml')) as { inputs: object; outputs: object };
  const page = read('docs/ci-doctor.md').split('\n## As an action\n')[1]!.split('\n## ')[0]!;

  test('every input that the examples use exists', () => {
    const used = pages.flatMap((name) =>
      codeBlocks(read(name), 'yaml')
        .filter((block) => block.includes('actions/ci-doctor@'))
        .flatMap((block) => stepsIn(parse(block)))
        .filter(({ uses }) => uses.includes('actions/ci-doctor@'))
        .flatMap((step) => Object.keys(step.with ?? {})),
    );
    expect(used.length).toBeGreaterThan(3);
    expect(used.filter((key) => !(key in action.inputs))).toEqual([]);
  });

  test('every output is told', () => {
    for (const output of Object.keys(action.outputs)) expect(page).toContain(`\`${output}\``);
  });
});
