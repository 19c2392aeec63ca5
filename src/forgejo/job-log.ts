import { setTimeout as pause } from 'node:timers/promises';
import type { Forgejo } from './client.ts';
import { ForgejoError } from './errors.ts';
import type { Repository } from './runs.ts';

export interface JobLogOptions {
  readonly signal?: AbortSignal;
  /** Goes on until the job is done. Needs the job's run, which says when that is. */
  readonly follow?: { readonly run_id: number };
  /** An earlier attempt of the job, from 1; the last unless told. */
  readonly attempt?: number;
  /** Milliseconds between two looks while following; 2 s unless told. */
  readonly intervalMs?: number;
}

const open = new Set(['waiting', 'running', 'blocked']);

/**
 * A job's log, line by line as it comes over the wire: never held as a whole. Each line begins with its time. Forgejo 16 and
 * newer; older servers throw UnsupportedByServer (`ci-doctor logs` reads it from the database there).
 */
export async function* jobLog(
  forgejo: Forgejo,
  { owner, repo, job_id }: Repository & { readonly job_id: number },
  { signal, follow, attempt, intervalMs = 2_000 }: JobLogOptions = {},
): AsyncGenerator<string> {
  const options = signal ? { signal } : {};
  const decoder = new TextDecoder();
  let [offset, rest, broken] = [0, '', 0];
  for (;;) {
    // Asked before the log: what is written until the job's end is then in it.
    const goesOn =
      follow !== undefined && (await isOpen(forgejo, { owner, repo, run_id: follow.run_id, job_id }, options));
    const before = offset;
    try {
      for await (const chunk of chunksFrom(offset)) {
        offset += chunk.length;
        const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
        rest = lines.pop()!;
        yield* lines;
      }
      broken = 0;
    } catch (error) {
      // A connection that breaks off loses nothing: it goes on behind the last byte.
      broken = offset > before ? 1 : broken + 1;
      if (signal?.aborted || !(error instanceof TypeError) || broken > 3) throw error;
      continue;
    }
    if (!goesOn) break;
    await pause(intervalMs, undefined, options);
  }
  rest += decoder.decode();
  if (rest !== '') yield rest;

  async function* chunksFrom(start: number): AsyncGenerator<Uint8Array> {
    let response: Response;
    try {
      const headers = start > 0 ? { range: `bytes=${start}-` } : {};
      response = await forgejo.raw(
        'GET /repos/{owner}/{repo}/actions/jobs/{job_id}/logs',
        { owner, repo, job_id, ...(attempt !== undefined && { attempt }) },
        { ...options, headers },
      );
    } catch (error) {
      // 416: nothing behind that byte yet. 404 while it waits: no runner has taken it, so there is no log.
      const empty =
        error instanceof ForgejoError && (error.status === 416 || (error.status === 404 && follow && start === 0));
      if (empty && error.name !== 'UnsupportedByServer') return;
      throw error;
    }
    // A proxy that drops the range sends everything again.
    let skip = response.status === 206 ? 0 : start;
    for await (const chunk of response.body ?? []) {
      if (skip < chunk.length) yield chunk.subarray(skip);
      skip = Math.max(0, skip - chunk.length);
    }
  }
}

async function isOpen(
  { actions }: Forgejo,
  { job_id, ...run }: Repository & { readonly run_id: number; readonly job_id: number },
  options: { readonly signal?: AbortSignal },
): Promise<boolean> {
  const jobs = (await actions.listJobs(run, options)) ?? [];
  return jobs.some(({ id, status }) => id === job_id && open.has(status));
}
