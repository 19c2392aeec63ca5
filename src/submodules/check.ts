import { type ExitCode, exitCode } from '../common/exit.ts';
import type { Severity } from '../common/finding.ts';
import { quote, quoteAll } from '../common/quote.ts';
import { isFailure } from './ask/failure.ts';
import type { Answer } from './probe.ts';
import { type RequiredRemote, type RootRemote, templateLine } from './remotes.ts';
import type { Link, Observed, Orphan, Survey } from './survey.ts';
import { isRelative, locate, sameRepository, shown } from './url.ts';

/** What one remote answered about one commit. */
export type RemoteClass =
  | 'pushed'
  | 'unmerged'
  | 'pr-only'
  | 'unreachable'
  | 'missing-on-remote'
  | 'mirror-lag'
  | 'not-a-commit'
  | 'hash-mismatch'
  | 'private-no-credentials'
  | 'unreachable-host'
  | 'unknown-remote';

export interface RemoteReport {
  readonly name: string;
  readonly url: string | null;
  readonly class: RemoteClass;
  /** Refs that hold the commit, or what the server said. */
  readonly detail: string;
}

/** Something worth knowing that does not change the verdict. */
export interface Note {
  readonly class: string;
  readonly message: string;
}

export interface SubmoduleReport {
  readonly path: string;
  readonly depth: number;
  /** null for an entry of `.gitmodules` without a gitlink. */
  readonly commit: string | null;
  /** One of the classes of docs/submodules.md; `nested-` in front of it below the root's own submodules. */
  readonly class: string;
  readonly severity: 'ok' | Severity;
  readonly message: string;
  /** The command that puts it right, or the next step. '' where nothing is wrong. */
  readonly fix: string;
  readonly remotes: readonly RemoteReport[];
  readonly notes: readonly Note[];
  /** The root commit that records it, where that is not the checked one. */
  readonly recordedBy: string | null;
  /** Where to point at: line of the section in `.gitmodules`, from 1; null without a section or below the root. */
  readonly line: number | null;
}

export interface CheckResult {
  /** The root commits that were checked: what is pushed, or HEAD. */
  readonly commits: readonly string[];
  readonly required: readonly string[];
  readonly submodules: readonly SubmoduleReport[];
  readonly counts: {
    readonly ok: number;
    readonly problems: number;
    readonly unknown: number;
    readonly warnings: number;
  };
}

export interface CheckPolicy {
  /** A commit that is in no branch that counts is a problem, not a warning. */
  readonly requireBranch: boolean;
  readonly rootRemotes: readonly RootRemote[];
  /** The root's directory, where fixes are to be run from another one. */
  readonly directory?: string | undefined;
}

/** What "could not tell" is called; everything else is known. */
const unknownClasses: readonly string[] = ['private-no-credentials', 'unreachable-host', 'unknown-remote'];
export const isUnknown = ({ class: name }: Pick<SubmoduleReport, 'class'>): boolean =>
  unknownClasses.includes(name.replace(/^nested-/, ''));

interface Verdict {
  readonly class: string;
  readonly severity: SubmoduleReport['severity'];
  readonly message: string;
  readonly fix: string;
}

/** Judges what was seen. Pure: the same surveys give the same result. */
export function judge(surveys: readonly Survey[], policy: CheckPolicy): CheckResult {
  const reports = surveys
    .flatMap((seen) => [
      ...seen.observed.map((observed) => report(observed, policy)),
      ...seen.orphans.map(orphanReport),
    ])
    .map((one) => ({ ...one, fix: runIn(policy.directory, one.fix) }));
  // Several tips that record the same say it once.
  const submodules = [...new Map(reports.map((one) => [`${one.path}\0${one.commit}`, one])).values()];
  return {
    commits: surveys.map(({ commit }) => commit),
    required: policy.rootRemotes.map(({ name }) => name),
    submodules,
    counts: countsOf(submodules),
  };
}

/** A fix for a shell that is somewhere else than the root. What is no command stays as it is. */
export const runIn = (directory: string | undefined, fix: string): string =>
  directory !== undefined && fix.startsWith('git ') ? `(cd ${quote(directory)} && ${fix})` : fix;

function countsOf(submodules: readonly SubmoduleReport[]): CheckResult['counts'] {
  const count = (matches: (one: SubmoduleReport) => boolean) => submodules.filter(matches).length;
  return {
    ok: count(({ severity }) => severity === 'ok' || severity === 'note'),
    problems: count((one) => one.severity === 'error' && !isUnknown(one)),
    unknown: count(isUnknown),
    warnings: count(({ severity }) => severity === 'warning'),
  };
}

/** Missing beats unknown: a problem that was found stays one, also when others could not be asked. */
export function exitOf({ counts }: CheckResult, allowUnknown: boolean): ExitCode {
  if (counts.problems > 0) return exitCode.problem;
  return counts.unknown > 0 && !allowUnknown ? exitCode.unknown : exitCode.ok;
}

function report(observed: Observed, policy: CheckPolicy): SubmoduleReport {
  const remotes = observed.answers.map(({ remote, answer }) => remoteReport(remote, answer, observed));
  let verdict = verdictOf(observed, remotes, policy);
  const wrong = verdict.severity === 'error' && !isUnknown(verdict);
  if (observed.history !== undefined && wrong)
    verdict = {
      ...verdict,
      class: 'history',
      message: `Root commit ${short(observed.history)} on the way records ${short(observed.commit)}, which is ${verdict.class}: ${verdict.message}`,
    };
  const nested = observed.depth > 1 && verdict.class !== 'pushed';
  return {
    path: observed.path,
    depth: observed.depth,
    commit: observed.commit,
    ...verdict,
    class: nested ? `nested-${verdict.class}` : verdict.class,
    remotes,
    notes: notesOf(observed, remotes),
    recordedBy: observed.history ?? null,
    line: observed.depth === 1 && observed.history === undefined ? (observed.entry?.line ?? null) : null,
  };
}

function remoteReport(
  remote: RequiredRemote,
  answer: Observed['answers'][number]['answer'],
  seen: Observed,
): RemoteReport {
  const { name } = remote;
  const url = remote.url === undefined ? null : shown(remote.url);
  if (answer === undefined) return { name, url, class: 'unknown-remote', detail: 'nothing says where it is' };
  if (isFailure(answer)) return { name, url, class: answer.kind, detail: answer.said };
  const elsewhere = seen.answers.some(({ answer: other }) => other && !isFailure(other) && has(other));
  const lagging = answer.place === 'absent' && remote.mirror === true && elsewhere;
  const names: Record<Answer['place'], RemoteClass> = {
    merged: 'pushed',
    tag: 'pushed',
    unmerged: 'unmerged',
    pull: 'pr-only',
    unreachable: 'unreachable',
    absent: lagging ? 'mirror-lag' : 'missing-on-remote',
    'not-a-commit': 'not-a-commit',
    'hash-mismatch': 'hash-mismatch',
  };
  return { name, url, class: names[answer.place], detail: answer.refs.join(' ') };
}

const has = ({ place }: Answer): boolean => ['merged', 'tag', 'unmerged', 'pull'].includes(place);
const short = (oid: string): string => oid.slice(0, 12);
const inWords = (names: readonly string[]): string => [...new Set(names)].join(', ');

function verdictOf(seen: Observed, remotes: readonly RemoteReport[], policy: CheckPolicy): Verdict {
  const { commit, entry } = seen;
  if (!entry?.url) return noUrl(seen);
  const where = (...classes: RemoteClass[]) => remotes.filter((remote) => classes.includes(remote.class));
  const named = (list: readonly RemoteReport[]) => inWords(list.map(({ name }) => name));

  if (where('not-a-commit').length > 0)
    return {
      class: 'not-a-commit',
      severity: 'error',
      message: `The gitlink names ${short(commit)}, which is an object on ${named(where('not-a-commit'))} but no commit. Record one, for example its branch’s newest.`,
      fix: recordNewest(seen),
    };
  if (where('hash-mismatch').length > 0)
    return {
      class: 'hash-mismatch',
      severity: 'error',
      message: `The repository on ${named(where('hash-mismatch'))} has oids of another length than ${short(commit)}.`,
      fix: 'Record a submodule whose object format is the root’s: git rev-parse --show-object-format in both.',
    };

  const gone = where('missing-on-remote', 'mirror-lag');
  const loose = where('unreachable');
  const there = where('pushed', 'unmerged', 'pr-only');
  const unsure = where('private-no-credentials', 'unreachable-host', 'unknown-remote');
  if (gone.length > 0) {
    const fix = pushCommand(seen, [...gone, ...loose]);
    if (gone.every((remote) => remote.class === 'mirror-lag') && there.length > 0)
      return {
        class: 'mirror-lag',
        severity: 'error',
        message: `The mirror ${named(gone)} still lacks ${short(commit)}, which ${named(there)} has. Wait and check again, or push there.`,
        fix,
      };
    if (there.length > 0 || loose.length > 0 || (unsure.length > 0 && !seen.clone?.hasCommit))
      return {
        class: 'missing-on-remote',
        severity: 'error',
        message: `${named(gone)} does not have ${short(commit)}${there.length > 0 ? `; ${named(there)} has it` : ''}${
          unsure.length > 0 ? `; ${named(unsure)} could not be asked` : ''
        }.${apart(seen, [...gone, ...loose])}`,
        fix,
      };
    if (seen.clone?.hasCommit)
      return {
        class: 'unpushed',
        severity: 'error',
        message: `${named(gone)} does not have commit ${short(commit)}; this clone does.${apart(seen, gone)}`,
        fix,
      };
    return {
      class: 'lost',
      severity: 'error',
      message: `Commit ${short(commit)} is nowhere: neither on ${named(gone)} nor in this clone. Look for it where it was made (git reflog) and push it from there, or record another one, for example its branch’s newest.`,
      fix: recordNewest(seen),
    };
  }
  if (loose.length > 0)
    return {
      class: 'unreachable',
      severity: 'error',
      message: `${named(loose)} still stores ${short(commit)}, but no branch or tag holds it: the next garbage collection deletes it.${apart(seen, loose)}`,
      fix: pushCommand(seen, loose),
    };
  if (unsure.length > 0) return couldNotTell(seen, unsure, policy);

  const notMain = where('unmerged', 'pr-only');
  const strict: Verdict['severity'] = policy.requireBranch ? 'error' : 'warning';
  const first = notMain.find((remote) => remote.class === 'pr-only') ?? notMain[0];
  if (first?.class === 'pr-only')
    return {
      class: 'pr-only',
      severity: strict,
      message: `On ${named(where('pr-only'))} only a pull request holds ${short(commit)} (${first.detail}); closed, it may be deleted.`,
      fix: 'Merge the pull request without changing the commit, or record what was merged.',
    };
  if (first) {
    const branch = first.detail.split(' ')[0]?.replace(/^refs\/heads\//, '') || 'BRANCH';
    const key = quote(`submodule.${entry.name}.branch`);
    return {
      class: 'unmerged',
      severity: strict,
      message: `On ${named(notMain)} only other branches hold ${short(commit)}${first.detail ? ` (${first.detail})` : ''}. Merge it, or let .gitmodules name the branch.`,
      fix: editGitmodules(seen.chain.slice(0, -1), [`${key} ${quote(branch)}`]),
    };
  }
  return { class: 'pushed', severity: 'ok', message: `On ${named(remotes)}.`, fix: '' };
}

function noUrl({ path, entry, parsed, clone, chain }: Observed): Verdict {
  const url = [...(clone?.remotes.values() ?? [])][0]?.[0];
  const above = chain.slice(0, -1);
  const link = chain.at(-1)!;
  const name = entry?.name ?? link.path;
  const setting = (variable: string, value: string) => `${quote(`submodule.${name}.${variable}`)} ${quote(value)}`;
  const common = { class: 'no-url', severity: 'error' as const };
  if (!parsed)
    return {
      ...common,
      message: 'git cannot parse .gitmodules at this commit. The fix shows the line; correct it and commit.',
      fix: [...enter(above), `${gitIn(link.dir)} config --file .gitmodules --list`].join(' && '),
    };
  const remove = [...enter(above), `${gitIn(link.dir)} rm --cached -- ${quote(link.path)}`].join(' && ');
  const message = `There is a gitlink at ${path} but no URL for ${entry ? `submodule ${quote(name)}` : 'it'} in .gitmodules: every recursive checkout fails.`;
  return url === undefined
    ? { ...common, message: `${message} Add one, or take the gitlink out.`, fix: remove }
    : {
        ...common,
        message: `${message} If it should not be there: ${remove}`,
        fix: editGitmodules(above, [...(entry ? [] : [setting('path', link.path)]), setting('url', shown(url))]),
      };
}

function couldNotTell(seen: Observed, unsure: readonly RemoteReport[], { rootRemotes }: CheckPolicy): Verdict {
  const first = unsure.find((remote) => remote.class !== 'unknown-remote') ?? unsure[0]!;
  const names = inWords(unsure.map(({ name }) => name));
  const common = { class: first.class, severity: 'error' as const };
  if (first.class === 'unknown-remote') {
    const remote = rootRemotes.find(({ name }) => name === first.name) ?? { name: first.name, url: undefined };
    return {
      ...common,
      message: `Could not tell: nothing says where ${seen.path} is on ${names}. Its URL is absolute, and it is not checked out with a remote of that name. Name the place in submodules.yaml.`,
      fix: templateLine(remote),
    };
  }
  const host = first.url ?? '';
  return first.class === 'private-no-credentials'
    ? {
        ...common,
        message: `Could not tell: ${names} shows nothing to us (${first.detail}). It is private, misspelt or gone. In a job give a token: --token-env ${tokenName(host)}=VARIABLE.`,
        fix: quoteAll(['git', 'ls-remote', host]),
      }
    : {
        ...common,
        message: `Could not tell: ${names} could not be reached (${first.detail}).${
          /host key/i.test(first.detail)
            ? ' Check the host’s fingerprint, then add its key to ~/.ssh/known_hosts.'
            : ' Try again, or see what git says.'
        }`,
        fix: quoteAll(['git', 'ls-remote', host]),
      };
}

/** What stands before `=` in --token-env. A token goes over plain HTTP only where that is said. */
function tokenName(url: string): string {
  const { scheme, host } = locate(url);
  return scheme === 'http' ? `http://${host}` : host || 'HOST';
}

/** git in a repository on the way down; '' is the root. */
const gitIn = (dir: string): string => (dir === '' ? 'git' : `git -C ${quote(dir)}`);

/** Checks out what is not: `git -C` in an empty directory would be the repository above. */
const enter = (links: readonly Link[]): string[] =>
  links
    .filter(({ checkedOut }) => !checkedOut)
    .map(({ dir, path }) => `${gitIn(dir)} submodule update --init --checkout -- ${quote(path)}`);

/** Checks out a submodule as it is recorded, and those above it where they are not. */
export function checkOut(chain: readonly Link[]): string {
  const { dir, path } = chain.at(-1)!;
  const update = `${gitIn(dir)} submodule update --init --recursive -- ${quote(path)}`;
  return [...enter(chain.slice(0, -1)), update].join(' && ');
}

const editGitmodules = (above: readonly Link[], edits: readonly string[]): string => {
  const last = above.at(-1);
  const git = gitIn(last ? below(last) : '');
  const commands = edits.map((edit) => `${git} config --file .gitmodules ${edit}`);
  return [...enter(above), ...commands, `${git} add .gitmodules`].join(' && ');
};

const below = ({ dir, path }: Link): string => (dir === '' ? path : `${dir}/${path}`);

/** Records what a submodule has checked out, in every repository above it up to the root. */
export const record = (chain: readonly Link[]): string =>
  chain
    .toReversed()
    .map(({ dir, path }) => {
      const at = quote(path);
      return `${gitIn(dir)} add -- ${at} && ${gitIn(dir)} commit -m ${quote(`Update ${path}`)} -- ${at}`;
    })
    .join(' && ');

/** Takes the newest commit of the branch that counts on the remote it comes from. */
function recordNewest({ chain }: Observed): string {
  const { dir, path } = chain.at(-1)!;
  const update = `${gitIn(dir)} submodule update --init --remote --checkout -- ${quote(path)}`;
  return [...enter(chain.slice(0, -1)), update, record(chain)].join(' && ');
}

/** The exact commands that send the commit to the remotes that lack it. */
function pushCommand(seen: Observed, lacking: readonly RemoteReport[]): string {
  const { path, commit, clone, chain } = seen;
  // What only another worktree's clone has, or one that is not checked out, is pushed from there: a new clone would lack it.
  const elsewhere = clone?.hasCommit === true && !clone.checkedOut;
  const at = elsewhere ? ['--git-dir', clone.git.gitDir, '--work-tree', '.'] : ['-C', path];
  const pushes = lacking.map((remote) => {
    const { name, url } = remote;
    const landing = landingOf(seen, remote);
    const branch = landing && !landing.adds ? ownBranch(commit) : (landing?.branch ?? 'main');
    // A remote that does not push exactly there would send it elsewhere.
    const own = url !== null && clone?.remotes.get(name)?.some((one) => sameRepository(one, url));
    return quoteAll(['git', ...at, 'push', own ? name : (url ?? name), `${commit}:refs/heads/${branch}`]);
  });
  // A clone that lacks the commit gets it from a remote that has it.
  const source = seen.answers.find(({ remote, answer }) => remote.url && answer && !isFailure(answer) && has(answer));
  const get =
    clone && !clone.hasCommit && source
      ? [quoteAll(['git', '-C', path, 'fetch', shown(source.remote.url!), commit])]
      : [];
  return [...(elsewhere ? [] : enter(chain)), ...get, ...new Set(pushes)].join(' && ');
}

const landingOf = ({ answers }: Observed, { name, url }: RemoteReport) =>
  answers.find(({ remote }) => remote.name === name && remote.url !== undefined && shown(remote.url) === url)?.landing;

/** Where a commit goes that would have to rewrite the branch it belongs to. */
const ownBranch = (commit: string): string => `submodule-${short(commit)}`;

function apart(seen: Observed, lacking: readonly RemoteReport[]): string {
  const refusing = lacking.filter((remote) => landingOf(seen, remote)?.adds === false);
  const branches = inWords(refusing.map((remote) => landingOf(seen, remote)!.branch));
  return refusing.length === 0
    ? ''
    : ` It does not contain all that ${branches} has there, so the fix sends it to branch ${ownBranch(seen.commit)}: merge that one, or record what ${branches} has.`;
}

function notesOf(seen: Observed, remotes: readonly RemoteReport[]): Note[] {
  const { entry, clone, worktree, history, removed } = seen;
  const notes: Note[] = [];
  const note = (name: string, message: string) => notes.push({ class: name, message });
  if (entry?.url && isRelative(entry.url)) note('relative-url', `${entry.url} is resolved against each root remote.`);
  if (remotes.some(({ name, url }) => rewritten(seen, name, url)))
    note('rewritten', 'A push URL or insteadOf leads elsewhere than .gitmodules says; each such address was asked.');
  if (entry?.inactive) note('inactive', `${entry.inactive}: git may skip it, clones of the root still need it.`);
  if (removed) note('removed', 'The checked commit has no gitlink at this path any more.');
  if (!seen.childrenKnown && entry?.url) note('below-unknown', 'What lies below it could not be read.');
  if (!history) {
    if (!clone) note('uninitialised', 'Not initialised here: only the remotes were asked.');
    else if (clone.shallow) note('shallow-local', 'The local clone is shallow: only the remotes were asked.');
    if (worktree?.dirty)
      note('dirty', 'Its worktree has changes that are not committed: they are not part of what is pushed.');
    if (worktree?.ahead)
      note('ahead', 'Another commit is checked out or staged than the one recorded: it is not part of what is pushed.');
  }
  return notes;
}

function rewritten({ entry, answers }: Observed, name: string, url: string | null): boolean {
  if (url === null || !entry?.url) return false;
  const remote = answers.find(
    (one) => one.remote.name === name && one.remote.url && shown(one.remote.url) === url,
  )?.remote;
  if (remote?.by === 'own-remote') return true;
  return remote?.by === 'declared' && !isRelative(entry.url) && remote.url !== entry.url;
}

function orphanReport({ path, depth, entry, staged, chain }: Orphan): SubmoduleReport {
  const name = entry.name;
  const last = chain.at(-1);
  const git = gitIn(last ? below(last) : '');
  return {
    path: path ?? name,
    depth,
    commit: null,
    class: depth > 1 ? 'nested-entry-without-gitlink' : 'entry-without-gitlink',
    severity: staged ? 'note' : 'warning',
    message: staged
      ? `.gitmodules names ${path}, whose gitlink is added but not committed.`
      : `.gitmodules has a section for "${name}", but there is no gitlink${path === undefined ? '' : ` at ${path}`}.`,
    fix: staged
      ? `${git} commit -m ${quote(`Add submodule ${name}`)} -- .gitmodules ${quote(entry.path ?? name)}`
      : editGitmodules(chain, [`--remove-section ${quote(`submodule.${name}`)}`]),
    remotes: [],
    notes: [],
    recordedBy: null,
    line: depth === 1 ? entry.line : null,
  };
}

interface Named {
  readonly name: string;
  readonly path: string;
  readonly url: string | undefined;
}

/** Notes on where a submodule was before, comparing two states of `.gitmodules` by name. */
export function renames(before: readonly Named[], after: readonly Named[]): { path: string; note: Note }[] {
  return after.flatMap(({ name, path, url }) => {
    const old = before.find((one) => one.name === name);
    if (!old) return [];
    const messages = [
      ...(old.path === path ? [] : [`It was at ${old.path} before.`]),
      ...(old.url === url || old.url === undefined ? [] : [`Its URL was ${shown(old.url)} before.`]),
    ];
    return messages.map((message) => ({ path, note: { class: 'renamed', message } }));
  });
}

/** A result with more notes on its submodules. */
export const withNotes = (result: CheckResult, more: readonly { path: string; note: Note }[]): CheckResult => ({
  ...result,
  submodules: result.submodules.map((one) => {
    const own = more.filter(({ path }) => path === one.path && one.recordedBy === null).map(({ note }) => note);
    return own.length === 0 ? one : { ...one, notes: [...one.notes, ...own] };
  }),
});
