import { setTimeout as pause } from 'node:timers/promises';
import { unknown } from '../common/errors.ts';
import type { Forgejo } from './client.ts';
import { Unavailable, UnsupportedByServer } from './errors.ts';
import type { ActionRun } from './routes.ts';
import type { RequestOptions } from './types.ts';

/** The words of the API; `unknown` is a run that was set to 0 by hand, which no server ever ends. */
export type RunStatus = 'unknown' | 'waiting' | 'running' | 'blocked' | 'success' | 'failure' | 'cancelled' | 'skipped';

/** A run, whatever the server's version calls its fields. */
export interface Run {
  readonly id: number;
  /** As the repository counts, and as the address of its page has it. */
  readonly number: number;
  readonly title: string;
  readonly status: RunStatus;
  readonly event: string;
  /** Branch or tag. */
  readonly ref: string;
  readonly sha: string;
  /** The file's name. */
  readonly workflow: string;
  /** Of its page. */
  readonly url: string;
  /** null until it started, and on servers of the v12 line, which do not say. */
  readonly started: string | null;
  readonly stopped: string | null;
}

/** Forgejo 12 answered with other fields than all releases since. */
export function runOf(run: ActionRun): Run {
  return {
    id: run.id,
    number: run.index_in_repo ?? run.run_number ?? 0,
    title: run.title ?? run.name ?? '',
    status: run.status as RunStatus,
    event: run.trigger_event || run.event,
    ref: run.prettyref ?? run.head_branch ?? '',
    sha: run.commit_sha ?? run.head_sha ?? '',
    workflow: run.workflow_id,
    url: run.html_url ?? run.url ?? '',
    started: time(run.started),
    stopped: time(run.stopped),
  };
}

/** "Not yet" is written as the year 1 or as 1970. */
const time = (text: string | null | undefined): string | null =>
  text === undefined || text === null || /^(0001|1970)-01-01/.test(text) ? null : text;

const done = new Set<string>(['success', 'failure', 'cancelled', 'skipped']);

export interface Repository {
  readonly owner: string;
  readonly repo: string;
}

export interface WaitOptions {
  readonly signal?: AbortSignal;
  /** Milliseconds to wait in all; an hour unless told. */
  readonly timeoutMs?: number;
  /** Milliseconds between two looks; 3 s unless told. */
  readonly intervalMs?: number;
  /** Called with the run when its status is another than before. */
  readonly onChange?: (run: Run) => void;
}

/**
 * Waits until a run is done, with all its jobs: a run is already called failed while other jobs of it still run. Servers
 * before Forgejo 16 do not tell about jobs; there the run's own status has to do.
 * @throws ToolError (unknown) when it is not done in time, or was set to `unknown`, from where it never ends
 */
export async function waitForRun(
  forgejo: Forgejo,
  { owner, repo, run_id }: Repository & { readonly run_id: number },
  { signal, timeoutMs = 3_600_000, intervalMs = 3_000, onChange }: WaitOptions = {},
): Promise<Run> {
  const options: RequestOptions = signal ? { signal } : {};
  const deadline = Date.now() + timeoutMs;
  let [before, url] = ['waiting', ''];
  for (let first = true; ; first = false) {
    if (!first) await pause(intervalMs, undefined, options);
    const late = Date.now() + intervalMs > deadline;
    try {
      const run = runOf(await forgejo.actions.getRun({ owner, repo, run_id }, options));
      if (first || run.status !== before) onChange?.(run);
      [before, url] = [run.status, run.url];
      if (run.status === 'unknown')
        throw unknown(
          `Run ${run_id} of ${owner}/${repo} has status "unknown": somebody set it to 0, and nothing ends it.`,
          `Bring it back, with the results of finished jobs: ci-doctor reset ${run_id}`,
        );
      if (done.has(run.status) && (await jobsDone(forgejo, { owner, repo, run_id }, options))) return run;
    } catch (error) {
      // A server that is started anew in the meantime is no reason to give up the run.
      if (!(error instanceof Unavailable) || late || first) throw error;
    }
    if (late)
      throw unknown(
        `Run ${run_id} of ${owner}/${repo} is still ${before} after ${Math.round(timeoutMs / 1_000)} s.`,
        `See what holds it: ci-doctor stuck, or ${url}`,
      );
  }
}

async function jobsDone(
  { actions }: Forgejo,
  run: Repository & { readonly run_id: number },
  options: RequestOptions,
): Promise<boolean> {
  try {
    return ((await actions.listJobs(run, options)) ?? []).every(({ status }) => done.has(status));
  } catch (error) {
    if (error instanceof UnsupportedByServer) return true;
    throw error;
  }
}

export interface Dispatch extends Repository {
  /** The file's name in the workflows' directory, `deploy.yaml`. */
  readonly workflow: string;
  /** Branch or tag. */
  readonly ref: string;
  readonly inputs?: Readonly<Record<string, string>>;
}

/**
 * Starts a workflow (`on: workflow_dispatch`) and answers with its run. Never sent twice: a second request would start it
 * a second time.
 * @throws ToolError (unknown) where the server started it without saying as which run, as those before Forgejo 11 do
 */
export async function dispatch(
  forgejo: Forgejo,
  { owner, repo, workflow, ref, inputs }: Dispatch,
  options: Pick<RequestOptions, 'signal' | 'timeoutMs'> = {},
): Promise<Run> {
  const place = { owner, repo };
  const body = { ref, return_run_info: true, ...(inputs && { inputs }) };
  const started = await forgejo.actions.dispatchWorkflow({ ...place, workflowfilename: workflow, ...body }, options);
  if (started) return runOf(await forgejo.actions.getRun({ ...place, run_id: started.id }, options));
  throw unknown(
    `${workflow} was started, but ${forgejo.server} does not say as which run.`,
    `Look for it: ci-doctor runs -R ${owner}/${repo} --workflow ${workflow}`,
  );
}

/** Starts a workflow and waits until its run is done. */
export async function dispatchAndWait(forgejo: Forgejo, what: Dispatch, options: WaitOptions = {}): Promise<Run> {
  const { id } = await dispatch(forgejo, what, options.signal ? { signal: options.signal } : {});
  return waitForRun(forgejo, { owner: what.owner, repo: what.repo, run_id: id }, options);
}
