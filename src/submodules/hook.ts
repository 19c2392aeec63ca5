import { existsSync } from 'node:fs';
import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { type Document, isMap, isScalar, isSeq, parseDocument, stringify } from 'yaml';
import { problem, usage } from '../common/errors.ts';
import type { Plan, Step } from '../common/plan.ts';
import { quoteAll } from '../common/quote.ts';
import { type Git, hookPath, settingScope } from './git.ts';

/** Who looks after the hooks of a repository; found by the files it keeps. */
export type Keeper = 'git' | 'lefthook' | 'husky';

export interface HookPlan {
  readonly keeper: Keeper;
  /** The file that is written. */
  readonly file: string;
  /** What is left to do before git runs it; null where nothing is. */
  readonly next: string | null;
  readonly plan: Plan<undefined>;
}

const mark = 'submodule-push-check';
const lefthookFiles = ['lefthook.yml', 'lefthook.yaml', '.lefthook.yml', '.lefthook.yaml', '.config/lefthook.yml'];
const otherLefthookFiles = ['lefthook.toml', 'lefthook.json', 'lefthook.jsonc', '.lefthook.toml', '.lefthook.json'];

/**
 * What git runs is not always what the keeper's file says: its own command puts the hooks in place.
 * @param runs git's own hook file, and whether that is the keeper's
 */
const left = (runs: boolean, command: string): string | null =>
  runs ? null : `git does not run it yet; put the hooks in place: ${command}`;

/**
 * How the check becomes part of `git push` here. Nothing that is there already is lost: a hook manager gets an entry in its
 * own configuration, a plain hook is kept beside ours and runs first.
 *
 * @param program the command for this machine where it is not on PATH; a file the team shares gets the plain name
 * @param flags handed on to `check`
 * @param shared whether a hook that all of the user's repositories run may be written
 */
export async function planHook(
  git: Git,
  program: readonly string[],
  flags: readonly string[],
  shared: boolean,
): Promise<HookPlan> {
  const file = await hookPath(git, 'pre-push');
  if (!git.bare) {
    const lefthook = lefthookFiles.find((name) => existsSync(join(git.dir, name)));
    if (lefthook) {
      const runs = existsSync(file) && (await readFile(file, 'utf8')).includes('lefthook');
      return { ...(await lefthookPlan(join(git.dir, lefthook), flags)), next: left(runs, 'lefthook install') };
    }
    const other = otherLefthookFiles.find((name) => existsSync(join(git.dir, name)));
    if (other)
      throw problem(
        `lefthook is configured in ${other}, which is not YAML.`,
        `Add there, under pre-push: a command "${mark}" with run = "${checkCommand('{1}', flags)}" and use_stdin = true.`,
      );
    // husky points core.hooksPath at .husky/_; the hooks people write are one level up.
    const husky = join(git.dir, '.husky');
    if (existsSync(husky)) {
      const runs = [husky, join(husky, '_')].includes(dirname(file));
      return { ...(await huskyPlan(join(husky, 'pre-push'), flags)), next: left(runs, 'npx husky') };
    }
  }
  const scope = await settingScope(git, 'core.hooksPath');
  if (!shared && (scope === 'global' || scope === 'system'))
    throw usage(
      `core.hooksPath is a ${scope} setting: a hook in ${dirname(file)} runs in every repository, not in this one alone.`,
      'Give --yes if that is meant; or for this repository alone: git config core.hooksPath .git/hooks',
    );
  return plainPlan(file, program, flags);
}

const checkCommand = (remote: string, flags: readonly string[]): string =>
  `${mark} check --pre-push ${remote}${flags.length > 0 ? ` ${quoteAll(flags)}` : ''}`;

async function lefthookPlan(file: string, flags: readonly string[]): Promise<Omit<HookPlan, 'next'>> {
  const before = await readFile(file, 'utf8');
  const document = parseDocument(before);
  if (document.errors.length > 0)
    throw problem(
      `${file} is not YAML: ${document.errors[0]!.message.split('\n', 1)[0]}`,
      `Correct ${basename(file)}.`,
    );
  const after = withEntry(before, document, checkCommand('{1}', flags));
  const steps = after === before ? [] : [writeStep(file, before, after, false)];
  return { keeper: 'lefthook', file, plan: { title: `Add the check to ${basename(file)}`, steps } };
}

/** lefthook's file with our entry in it, its flags as they are wanted now. The rest stays as it was typed, where that can be. */
function withEntry(before: string, document: Document, run: string): string {
  const jobs = document.getIn(['pre-push', 'jobs']);
  const listed = isSeq(jobs) ? jobs.items.findIndex((job) => isMap(job) && job.get('name') === mark) : -1;
  const ours = listed < 0 ? ['pre-push', 'commands', mark, 'run'] : ['pre-push', 'jobs', listed, 'run'];
  // Found by what it runs; written in another way, it is someone's own and stays.
  if (before.includes(mark) && !document.hasIn(ours)) return before;
  const old = document.hasIn(ours) ? document.getIn(ours, true) : undefined;
  const entry = { run, use_stdin: true };
  let text = before;
  if (isScalar(old) && old.range) {
    if (old.value === run) return before;
    const [from, to] = old.range;
    text = before.slice(0, from) + stringify(run, { lineWidth: 0 }).trimEnd() + before.slice(to);
    document.setIn(ours, run);
  } else {
    text = inserted(before, document, entry);
    const hook = document.getIn(['pre-push']);
    if (isSeq(jobs)) jobs.items.unshift(document.createNode({ name: mark, ...entry }));
    else if (!isMap(hook)) document.setIn(['pre-push'], document.createNode({ commands: { [mark]: entry } }));
    else if (isMap(hook.get('commands'))) document.setIn(['pre-push', 'commands', mark], document.createNode(entry));
    else hook.set('commands', document.createNode({ [mark]: entry }));
  }
  const written = parseDocument(text);
  return written.errors.length === 0 && isDeepStrictEqual(written.toJS(), document.toJS()) ? text : document.toString();
}

/** Our entry as lines below the deepest key that is there: `pre-push`, or `commands` or `jobs` in it. */
function inserted(before: string, document: Document, entry: object): string {
  const root = document.contents;
  const pairOf = (node: unknown, ...names: string[]) =>
    isMap(node) ? node.items.find(({ key }) => isScalar(key) && names.includes(String(key.value))) : undefined;
  const hook = pairOf(root, 'pre-push');
  const list = pairOf(hook?.value, 'jobs') ?? pairOf(hook?.value, 'commands');
  const pair = list ?? hook;
  const jobs = list !== undefined && isSeq(list.value);
  const inner = jobs ? [{ name: mark, ...entry }] : { [mark]: entry };
  const below = pair === list && list ? inner : pair ? { commands: inner } : { 'pre-push': { commands: inner } };
  const lines = stringify(below, { lineWidth: 0 });
  if (!isScalar(pair?.key) || !pair.key.range)
    return `${before}${before === '' || before.endsWith('\n') ? '' : '\n'}${lines}`;
  const [start] = pair.key.range;
  const column = (offset: number) => offset - (before.lastIndexOf('\n', offset - 1) + 1);
  const { value } = pair;
  const child =
    isMap(value) && value.items[0] && isScalar(value.items[0].key) ? value.items[0].key.range?.[0] : undefined;
  const at = isSeq(value) ? value.range?.[0] : child;
  const indent = ' '.repeat(at === undefined ? column(start) + 2 : column(at));
  const end = before.indexOf('\n', start);
  const head = end < 0 ? `${before}\n` : before.slice(0, end + 1);
  return head + lines.replace(/^(?=.)/gm, indent) + before.slice(head.length);
}

async function huskyPlan(file: string, flags: readonly string[]): Promise<Omit<HookPlan, 'next'>> {
  const before = existsSync(file) ? await readFile(file, 'utf8') : undefined;
  const command = checkCommand('"$1"', flags);
  const forms = { alone: `${command}\n`, run: (kept: string) => `sh -e ${kept} "$@"`, command };
  return {
    keeper: 'husky',
    file,
    plan: { title: 'Add the check to .husky/pre-push', steps: hookSteps(file, before, forms) },
  };
}

async function plainPlan(file: string, program: readonly string[], flags: readonly string[]): Promise<HookPlan> {
  const before = existsSync(file) ? await readFile(file, 'utf8') : undefined;
  const tail = `check --pre-push "$1"${flags.length > 0 ? ` ${quoteAll(flags)}` : ''}`;
  const command = [
    `if command -v ${mark} >/dev/null 2>&1; then ${mark} ${tail}`,
    `  else ${quoteAll(program)} ${tail}`,
    '  fi',
  ].join('\n');
  // git ignores a hook that is not executable.
  const run = (kept: string) => `if [ -x ${kept} ]; then ${kept} "$@"; else cat >/dev/null; fi`;
  const forms = { alone: `#!/bin/sh\n# ${mark}\n${command}\n`, run, command };
  return {
    keeper: 'git',
    file,
    next: null,
    plan: { title: `Add the check to ${file}`, steps: hookSteps(file, before, forms) },
  };
}

interface Forms {
  /** The whole file, where there is nothing else. */
  readonly alone: string;
  /** Runs the hook that was here before. */
  run(kept: string): string;
  readonly command: string;
}

function hookSteps(file: string, before: string | undefined, { alone, run, command }: Forms): Step<undefined>[] {
  // Both read the refs on standard input, so each gets its own copy.
  const kept = join(dirname(file), 'pre-push.before-submodule-push-check');
  const both = wrapper(run(`"$(dirname -- "$0")/${basename(kept)}"`), command);
  if (before === undefined || before.trim() === '') return [writeStep(file, before, alone, true)];
  if (!before.includes(mark)) return [wrapStep(file, kept, both)];
  const wraps = before.startsWith(`#!/bin/sh\n# ${mark}: `);
  const ours = wraps || before.startsWith(`#!/bin/sh\n# ${mark}\n`) || before.trim().split('\n').length === 1;
  const wanted = wraps ? both : alone;
  // Someone's own way of calling it stays.
  return ours && before !== wanted ? [writeStep(file, before, wanted, true)] : [];
}

/** A hook that hands what git says on standard input to two others, one after the other. */
const wrapper = (first: string, second: string): string => `#!/bin/sh
# ${mark}: runs the hook that was here before, then the check.
refs=$(cat)
refs() { [ -z "$refs" ] || printf '%s\\n' "$refs"; }
refs | ${first} || exit $?
refs | {
  ${second}
}
`;

function writeStep(file: string, before: string | undefined, content: string, executable: boolean): Step<undefined> {
  return {
    title: before === undefined ? `write ${file}` : `change ${file}`,
    commands: content.split('\n').filter((line) => before === undefined || !before.includes(line)),
    async apply() {
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, content);
      if (executable) await chmod(file, 0o755);
      return undefined;
    },
    async undo() {
      await (before === undefined ? rm(file, { force: true }) : writeFile(file, before));
    },
  };
}

function wrapStep(file: string, kept: string, content: string): Step<undefined> {
  return {
    title: `keep ${file} as ${basename(kept)}, and run the check after it`,
    commands: [quoteAll(['mv', file, kept]), ...content.trimEnd().split('\n')],
    async apply() {
      if (existsSync(kept)) throw problem(`${kept} is in the way.`, `Look at it, and remove or rename it.`);
      await rename(file, kept);
      await writeFile(file, content, { mode: 0o755 });
      await chmod(file, 0o755);
      return undefined;
    },
    async undo() {
      await rm(file, { force: true });
      if (existsSync(kept)) await rename(kept, file);
    },
  };
}
