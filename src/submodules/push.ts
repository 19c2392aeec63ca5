import { problem, type ToolError, unknown, usage } from '../common/errors.ts';
import type { Io } from '../common/io.ts';
import { type Plan, type PlanReport, runPlan, type Step } from '../common/plan.ts';
import { quote, quoteAll } from '../common/quote.ts';
import { isFailure } from './ask/failure.ts';
import { type CheckResult, checkOut, isUnknown, judge, record, type SubmoduleReport } from './check.ts';
import { type Trigger, triggerOf, workflowDirectories } from './ci.ts';
import {
  changedPaths,
  commitsOf,
  fetchBranch,
  type Git,
  headBranch,
  isAncestor,
  listFiles,
  objectType,
  push,
  pushArguments,
  pushTo,
  resolveCommit,
  showFile,
  withSettings,
} from './git.ts';
import { matchesPath } from './glob.ts';
import { pushAddressesOf } from './remotes.ts';
import type { Session, Target } from './session.ts';
import { type Observed, survey } from './survey.ts';
import { tokenSettings } from './tokens.ts';
import { hasPassword, sameRepository, shown } from './url.ts';

export interface PushOptions {
  readonly dryRun: boolean;
  readonly yes: boolean;
  /** The branch every submodule goes to, in place of the one each has checked out. */
  readonly branch: string | undefined;
  readonly audit?: (report: PlanReport) => Promise<void>;
}

export interface PushResult {
  readonly applied: boolean;
  readonly steps: PlanReport['steps'];
  /** What the root's remotes will run. */
  readonly ci: readonly (Trigger & { readonly remote: string })[];
}

/** One `git push`. */
interface Send {
  /** '.' for the root. */
  readonly path: string;
  readonly git: Git;
  /** The repository's own remote that leads there; undefined for an address that only the root's remotes tell. */
  readonly own: string | undefined;
  readonly url: string;
  /** The root's remote. */
  readonly remote: string;
  readonly commit: string;
  readonly branch: string;
}

/** Enough for a first push of a large repository; git itself notices connections that died. */
const pushTimeoutMs = 3_600_000;

/**
 * The whole ceremony: submodules first, deepest first, to every required remote; then the network is asked whether all of
 * it arrived; only then the root. Planning asks the remotes too, so after a failure the same command goes on where it stopped.
 *
 * @throws ToolError for everything that would be a surprise: nothing was pushed then
 */
export async function pushAll(session: Session, target: Target, options: PushOptions, io: Io): Promise<PushResult> {
  const { git } = session;
  const branch = headBranch(git);
  if (branch === undefined)
    throw usage('The root has no branch checked out, so there is none to push.', 'Check one out: git switch BRANCH');

  const seen = await survey(session, target.commit, target.history);
  const sends = await submoduleSends(session, seen.observed, judge([seen], policyOf(session)), options, io);
  const rootSends = await sendsOfRoot(session, target.commit, branch);
  for (const send of [...sends, ...rootSends]) await refuseForbidden(session, send);
  const plan = planOf(session, target, sends, rootSends);
  const ci = (await Promise.all(rootSends.map((send) => triggersOf(session, send)))).flat();
  if (plan.steps.length === 0) return { applied: !options.dryRun, steps: [], ci };
  if (!options.dryRun) await confirm(session, [...sends, ...rootSends], options, io);

  const report = await runPlan(plan, undefined, {
    dryRun: options.dryRun,
    onStep: (step, phase) => {
      // In a log two lines a step are one too many; a person at a terminal wants to see what takes so long.
      if (phase === 'begin' && io.interactive) io.note(`… ${step.title}`);
      if (phase === 'end')
        io.note(`${step.outcome === 'done' ? io.view.style.good('✓') : io.view.style.bad('✗')} ${step.title}`);
    },
    ...(options.audit && { audit: options.audit }),
  });
  if (report.error !== undefined) throw report.error;
  return { applied: report.applied, steps: report.steps, ci };
}

/** A clone that has the tokens for what it fetches and pushes; plain local questions do without. */
const withTokens = ({ tokens }: Session, git: Git): Git => ({
  ...git,
  env: withSettings(git.env, tokenSettings(tokens)),
});

const policyOf = (session: Session) => ({ requireBranch: false, rootRemotes: session.remotes });

/** What has to go where, deepest first. Refuses whatever it would have to guess. */
async function submoduleSends(
  session: Session,
  observed: readonly Observed[],
  result: CheckResult,
  options: PushOptions,
  io: Io,
): Promise<Send[]> {
  const sends: Send[] = [];
  observed.forEach(refuseUnknown);
  const head = observed.filter(({ history }) => history === undefined);
  for (const one of head.toSorted((a, b) => b.depth - a.depth)) {
    const report = result.submodules.find(({ path, commit }) => path === one.path && commit === one.commit)!;
    refuseSurprises(one, report);
    const lacking = one.answers.filter(
      ({ answer }) => answer && !isFailure(answer) && (answer.place === 'absent' || answer.place === 'unreachable'),
    );
    for (const { remote } of lacking) sends.push(await sendOf(session, one, remote.name, remote.url!, options, io));
  }
  for (const one of observed.filter(({ history }) => history !== undefined)) {
    const report = result.submodules.find(({ path, commit }) => path === one.path && commit === one.commit);
    if (report?.severity !== 'error') continue;
    // An older commit travels with the newer one that contains it.
    const carried = sends.find(({ path }) => path === one.path);
    if (carried && one.clone?.hasCommit && (await isAncestor(one.clone.git, one.commit, carried.commit))) continue;
    throw refusal(report);
  }
  return withoutContained(sends);
}

/**
 * Submodules may share a repository: what another one of them sends to the same branch anyway is not sent by itself, and what
 * would reject one another is refused. The one that stays goes where the first would have gone, so that nothing that is
 * pushed later waits for it.
 */
async function withoutContained(sends: readonly Send[]): Promise<Send[]> {
  const kept: Send[] = [];
  for (const send of sends) {
    const index = kept.findIndex(
      (other) => other.branch === send.branch && (sameRepository(other.url, send.url) || sameCommand(other, send)),
    );
    const other = kept[index];
    if (other === undefined) kept.push(send);
    else if (await isAncestor(other.git, send.commit, other.commit)) continue;
    else if (await isAncestor(send.git, other.commit, send.commit)) kept[index] = send;
    else
      throw problem(
        `${other.path} and ${send.path} would both be pushed to branch ${send.branch} on ${shown(send.url)}, and neither commit contains the other.`,
        `Put one of them on a branch of its own: git -C ${quote(send.path)} switch -c BRANCH`,
      );
  }
  return kept;
}

/** One `git push` of a remote by its name goes to all of its push URLs. */
const sameCommand = (a: Send, b: Send): boolean => a.path === b.path && a.own === b.own && byName(a) && byName(b);

/** By its name a remote's tracking branch follows, and every push URL is served; a password would become an argument. */
const byName = ({ own, url }: Send): boolean => own !== undefined && !hasPassword(url);

function refuseSurprises(one: Observed, report: SubmoduleReport): void {
  const git = `git -C ${quote(one.path)}`;
  if (one.worktree?.dirty)
    throw problem(
      `${one.path} has changes that are not committed; they would stay behind. Commit them, or put them aside with git stash.`,
      `${git} status`,
    );
  if (one.worktree?.ahead)
    throw problem(
      `${one.path} has another commit checked out or staged than is recorded; it would stay behind. Record it, or go back with git submodule update.`,
      record(one.chain),
    );
  const pushable = ['unpushed', 'missing-on-remote', 'mirror-lag', 'unreachable'];
  if (report.severity === 'error' && !pushable.includes(report.class.replace(/^nested-/, ''))) throw refusal(report);
  if (report.severity === 'error' && !one.clone?.hasCommit)
    throw problem(
      `${one.path}: ${report.message} It is not in this clone, so it cannot be pushed from here.`,
      checkOut(one.chain),
    );
}

/** Whatever was not answered may stop the push halfway, or be the reason not to begin. */
function refuseUnknown({ path, answers }: Observed): void {
  for (const { remote, answer } of answers) {
    if (remote.url === undefined)
      throw unknown(
        `${path}: nothing says where it is on ${remote.name}, so nothing was pushed.`,
        `Add to submodules.yaml: remotes: { ${remote.name}: "https://${remote.name}.example/{owner}/{name}.git" }; or leave that remote out: --require REMOTE`,
      );
    if (isFailure(answer))
      throw unknown(
        `${path}: ${remote.name} could not be asked, so nothing was pushed: ${answer.said}`,
        `See what git says: ${quoteAll(['git', 'ls-remote', shown(remote.url)])}; or leave that remote out: --require REMOTE`,
      );
  }
}

const refusal = (report: SubmoduleReport): ToolError =>
  (isUnknown(report) ? unknown : problem)(`${report.path}: ${report.message}`, report.fix);

async function sendOf(
  session: Session,
  one: Observed,
  name: string,
  url: string,
  options: PushOptions,
  io: Io,
): Promise<Send> {
  const clone = one.clone!;
  const branches = await session.probe.branches(url);
  if (isFailure(branches))
    throw unknown(`${one.path}: ${shown(url)} could not be asked: ${branches.said}`, 'Try again.');
  const branch = await branchOf(one, name, branches.defaultBranch, options, io);
  const address = clone.remotes.get(name)?.find((own) => sameRepository(own, url));
  const send = {
    path: one.path,
    git: withTokens(session, clone.git),
    own: address && name,
    url: address && hasPassword(address) ? address : url,
    remote: name,
    commit: one.commit,
    branch,
  };
  await refuseRewriting(send, branches.heads.get(branch), record(one.chain));
  return send;
}

/** One decision a submodule: what is checked out, else what `.gitmodules` names, else a person. */
async function branchOf(
  one: Observed,
  remote: string,
  defaultBranch: string | undefined,
  options: PushOptions,
  io: Io,
): Promise<string> {
  const named = options.branch ?? one.clone?.branch ?? (one.entry?.branch === '.' ? undefined : one.entry?.branch);
  if (named !== undefined) return named;
  const guess = defaultBranch ?? 'main';
  if (
    io.interactive &&
    (options.yes || (await io.ask(`${one.path} is on no branch. Push it to ${guess} on ${remote}?`)))
  )
    return guess;
  throw usage(
    `${one.path} has no branch checked out and none in .gitmodules: where on ${remote} should it go?`,
    `Say it: --branch ${guess}; or for good: git config --file .gitmodules ${quote(`submodule.${one.entry?.name}.branch`)} ${guess}`,
  );
}

/** A push must only ever add: what the remote's branch has must be part of what is sent. */
async function refuseRewriting(
  { git, url, branch, commit, path }: Send,
  tip: string | undefined,
  recording = '',
): Promise<void> {
  if (tip === undefined || tip === commit) return;
  if ((await objectType(git, tip)) === undefined) await fetchBranch(git, url, branch);
  if (await isAncestor(git, tip, commit)) return;
  // A rebase would leave behind commits that the repositories above record.
  const at = path === '.' ? 'git' : `git -C ${quote(path)}`;
  throw problem(
    `${path === '.' ? 'The root' : path}: branch ${branch} on ${shown(url)} has commits that ${commit.slice(0, 12)} does not contain (not a fast-forward).`,
    [
      `${at} pull ${recording === '' ? '--rebase' : '--no-rebase --no-edit'} ${quote(shown(url))} ${quote(branch)}`,
      recording,
    ]
      .filter(Boolean)
      .join(' && '),
  );
}

async function sendsOfRoot(session: Session, commit: string, branch: string): Promise<Send[]> {
  const { probe, remotes, settings } = session;
  const git = withTokens(session, session.git);
  const sends: Send[] = [];
  for (const root of remotes) {
    const { name } = root;
    for (const address of pushAddressesOf(root, settings)) {
      const branches = await probe.branches(address);
      if (isFailure(branches))
        throw unknown(`${name} could not be asked: ${branches.said}`, `git ls-remote ${quote(shown(address))}`);
      const tip = branches.heads.get(branch);
      if (tip === commit) continue;
      const send = { path: '.', git, own: name, url: address, remote: name, commit, branch };
      await refuseRewriting(send, tip);
      sends.push(send);
    }
  }
  return withoutContained(sends);
}

/** Looks at what the new commits add or change, not at what the remote has anyway. */
async function refuseForbidden({ probe, config }: Session, { git, url, commit, path }: Send): Promise<void> {
  if (config.forbid.length === 0) return;
  const branches = await probe.branches(url);
  const tips = isFailure(branches) ? [] : [...branches.heads.values()];
  const known = [];
  for (const tip of new Set(tips)) if ((await objectType(git, tip)) === 'commit') known.push(`^${tip}`);
  const changed = await changedPaths(git, await commitsOf(git, [commit, ...known]));
  const found = changed.find((file) => config.forbid.some((pattern) => matchesPath(file, pattern)));
  if (found === undefined) return;
  throw problem(
    `${path === '.' ? 'The root' : path} would send ${found}, which must never be pushed.`,
    `Take it out of the commits that are not pushed yet: git rm --cached ${quote(found)}, then git commit --amend or git rebase -i; list: forbid in submodules.yaml`,
  );
}

function planOf(session: Session, target: Target, sends: readonly Send[], rootSends: readonly Send[]): Plan<undefined> {
  const steps = [...sends.map(sendStep)];
  // Without a root to push there is still the answer to give that the submodules arrived.
  if (sends.length + rootSends.length > 0) steps.push(verifyStep(session, target));
  return { title: 'Push submodules, then the root', steps: [...steps, ...rootSends.map(sendStep)] };
}

function sendStep(send: Send): Step<undefined> {
  const { path, git, own, url, remote, commit, branch } = send;
  const name = path === '.' ? 'the root' : path;
  return {
    title: `push ${name} ${commit.slice(0, 12)} to ${branch} on ${remote}`,
    commands: [
      quoteAll(['git', ...(path === '.' ? [] : ['-C', path]), ...pushArguments(own ?? shown(url), commit, branch)]),
    ],
    async apply() {
      const patient = { ...git, timeoutMs: pushTimeoutMs };
      const { exitCode, stderr, stdout, timedOut } = byName(send)
        ? await push(patient, own!, commit, branch)
        : await pushTo(patient, url, own, commit, branch);
      if (exitCode === 0) return undefined;
      const said = timedOut ? 'no end within an hour' : `${stderr}\n${stdout}`.trim().split('\n').slice(-6).join('\n');
      throw problem(
        `git push of ${name} to ${remote} failed: ${said}`,
        'Remove the cause, then run the same command again: it goes on where it stopped.',
      );
    },
  };
}

function verifyStep(session: Session, target: Target): Step<undefined> {
  return {
    title: 'ask every remote whether all of it arrived',
    commands: [
      quoteAll(['submodule-push-check', 'check', '--require', session.remotes.map(({ name }) => name).join(',')]),
    ],
    async apply() {
      session.probe.forgetAll();
      const result = judge([await survey(session, target.commit, target.history)], policyOf(session));
      const wrong = result.submodules.find(({ severity }) => severity === 'error');
      if (wrong) throw refusal(wrong);
      return `${result.counts.ok + result.counts.warnings} commits are where they belong`;
    },
  };
}

async function confirm({ config }: Session, sends: readonly Send[], { yes }: PushOptions, io: Io): Promise<void> {
  const guarded = [...new Set(sends.map(({ remote }) => remote))].filter((name) => config.protected.includes(name));
  if (guarded.length === 0 || yes) return;
  for (const send of sends) io.note(`  ${sendStep(send).title}`);
  if (!io.interactive)
    throw usage(`${guarded.join(', ')} is protected, and nobody is there to be asked.`, 'Give --yes if it is meant.');
  if (!(await io.ask(`Push to ${guarded.join(', ')}?`)))
    throw problem('Not pushed: it was declined.', 'Nothing was changed.');
}

/** Which of the root's workflows a push will run, from the files in the pushed commit. */
async function triggersOf(session: Session, { git, commit, branch, url, remote }: Send): Promise<PushResult['ci']> {
  for (const directory of workflowDirectories) {
    const files = (await listFiles(git, commit, directory)).filter((file) => /\.ya?ml$/.test(file));
    if (files.length === 0) continue;
    const branches = await session.probe.branches(url);
    const tip = isFailure(branches) ? undefined : branches.heads.get(branch);
    const known = tip !== undefined && (await resolveCommit(git, tip)) !== undefined;
    const changed = known ? await changedPaths(git, await commitsOf(git, [commit, `^${tip}`])) : undefined;
    return Promise.all(
      files.map(async (file) => ({
        ...triggerOf(file, (await showFile(git, commit, file)) ?? '', branch, changed),
        remote,
      })),
    );
  }
  return [];
}
