import { existsSync } from 'node:fs';
import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { parseDocument } from 'yaml';
import { problem } from '../common/errors.ts';
import type { Plan, Step } from '../common/plan.ts';
import { quoteAll } from '../common/quote.ts';
import { type Git, hookPath } from './git.ts';

/** Who looks after the hooks of a repository; found by the files it keeps. */
export type Keeper = 'git' | 'lefthook' | 'husky';

export interface HookPlan {
  readonly keeper: Keeper;
  /** The file that is written. */
  readonly file: string;
  readonly plan: Plan<undefined>;
}

const mark = 'submodule-push-check';
const lefthookFiles = ['lefthook.yml', 'lefthook.yaml', '.lefthook.yml', '.lefthook.yaml', '.config/lefthook.yml'];
const otherLefthookFiles = ['lefthook.toml', 'lefthook.json', 'lefthook.jsonc', '.lefthook.toml', '.lefthook.json'];

/**
 * How the check becomes part of `git push` here. Nothing that is there already is lost: a hook manager gets an entry in its
 * own configuration, a plain hook is kept beside ours and runs first.
 *
 * @param program the command for this machine where it is not on PATH; a file the team shares gets the plain name
 * @param flags handed on to `check`
 */
export async function planHook(git: Git, program: readonly string[], flags: readonly string[]): Promise<HookPlan> {
  const file = await hookPath(git, 'pre-push');
  if (!git.bare) {
    const lefthook = lefthookFiles.find((name) => existsSync(join(git.dir, name)));
    if (lefthook) return lefthookPlan(join(git.dir, lefthook), flags);
    const other = otherLefthookFiles.find((name) => existsSync(join(git.dir, name)));
    if (other)
      throw problem(
        `lefthook is configured in ${other}, which is not YAML.`,
        `Add there, under pre-push: a command "${mark}" with run = "${checkCommand('{1}', flags)}" and use_stdin = true.`,
      );
    // husky points core.hooksPath at .husky/_; the hooks people write are one level up.
    if (existsSync(join(git.dir, '.husky'))) return huskyPlan(join(git.dir, '.husky', 'pre-push'), flags);
  }
  return plainPlan(file, program, flags);
}

const checkCommand = (remote: string, flags: readonly string[]): string =>
  `${mark} check --pre-push ${remote}${flags.length > 0 ? ` ${quoteAll(flags)}` : ''}`;

async function lefthookPlan(file: string, flags: readonly string[]): Promise<HookPlan> {
  const before = await readFile(file, 'utf8');
  const document = parseDocument(before);
  if (document.errors.length > 0)
    throw problem(
      `${file} is not YAML: ${document.errors[0]!.message.split('\n', 1)[0]}`,
      `Correct ${basename(file)}.`,
    );
  const steps: Step<undefined>[] = [];
  const jobs = document.getIn(['pre-push', 'jobs']);
  if (!before.includes(mark)) {
    const entry = { run: checkCommand('{1}', flags), use_stdin: true };
    // A file that uses the newer `jobs` list keeps to it: lefthook runs either.
    if (jobs) document.addIn(['pre-push', 'jobs'], document.createNode({ name: mark, ...entry }));
    else document.setIn(['pre-push', 'commands', mark], document.createNode(entry));
    steps.push(writeStep(file, before, document.toString(), false));
  }
  return { keeper: 'lefthook', file, plan: { title: `Add the check to ${basename(file)}`, steps } };
}

async function huskyPlan(file: string, flags: readonly string[]): Promise<HookPlan> {
  const before = existsSync(file) ? await readFile(file, 'utf8') : undefined;
  const steps = before?.includes(mark) ? [] : [await huskyStep(file, before, flags)];
  return { keeper: 'husky', file, plan: { title: 'Add the check to .husky/pre-push', steps } };
}

async function huskyStep(file: string, before: string | undefined, flags: readonly string[]): Promise<Step<undefined>> {
  if (before === undefined || before.trim() === '')
    return writeStep(file, before, `${checkCommand('"$1"', flags)}\n`, true);
  // Both read the refs on standard input, so each gets its own copy.
  const kept = join(dirname(file), 'pre-push.before-submodule-push-check');
  return wrapStep(
    file,
    kept,
    wrapper(`sh -e "$(dirname -- "$0")/${basename(kept)}" "$@"`, checkCommand('"$1"', flags)),
  );
}

async function plainPlan(file: string, program: readonly string[], flags: readonly string[]): Promise<HookPlan> {
  const before = existsSync(file) ? await readFile(file, 'utf8') : undefined;
  const tail = `check --pre-push "$1"${flags.length > 0 ? ` ${quoteAll(flags)}` : ''}`;
  const command = [
    `if command -v ${mark} >/dev/null 2>&1; then ${mark} ${tail}`,
    `  else ${quoteAll(program)} ${tail}`,
    '  fi',
  ].join('\n');
  const kept = join(dirname(file), 'pre-push.before-submodule-push-check');
  const steps: Step<undefined>[] = [];
  if (before === undefined) steps.push(writeStep(file, before, `#!/bin/sh\n# ${mark}\n${command}\n`, true));
  else if (!before.includes(mark))
    steps.push(wrapStep(file, kept, wrapper(`"$(dirname -- "$0")/${basename(kept)}" "$@"`, command)));
  return { keeper: 'git', file, plan: { title: `Add the check to ${file}`, steps } };
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
