import { isDone, statusName } from '../database/status.ts';
import { canStart } from '../stuck/hold.ts';
import type { RunState } from '../stuck/state.ts';

/**
 * What rows cannot do, in sentences: Forgejo posts commit statuses and notifies where it ends a job itself, and its Re-run
 * button takes runs that are done alone (each seen on live servers of the v12 and v17 lines).
 */
export function limitsOf(run: RunState, after: RunState, checksAreLookedAt = false): string[] {
  const closed = isDone(after.status) && !isDone(run.status);
  if (after.jobs.length === 0)
    return closed
      ? [
          'The run has no jobs. Do not press Re-run in the web page: it fails, and on Forgejo 17 the run is open again. There the API can delete it: DELETE /api/v1/repos/OWNER/REPOSITORY/actions/runs/ID.',
        ]
      : [];
  // Without its repository there is no page and no API, and no commit that anybody looks at.
  if (checksAreLookedAt || run.repository === null) return [];
  const ended = after.jobs.filter(
    (job) => isDone(job.status) && !isDone(run.jobs.find(({ id }) => id === job.id)!.status),
  );
  if (ended.length === 0)
    return closed
      ? [
          `The database cannot notify anybody that the run is ${statusName(after.status)}, nor correct a commit status: one that stays pending has to be set through the API.`,
        ]
      : [];
  const names = ended.map((job) => `"${job.name}"`).join(', ');
  const rerun =
    canStart(run) &&
    after.jobs.every((job) => isDone(job.status)) &&
    ['cancelled', 'failure'].includes(statusName(after.status));
  return [
    `The database cannot post a commit status or notify anybody: a pending one of ${names} stays pending. ${rerun ? 'Re-run the run in the web page, or set' : 'Set'} the status through the API.`,
  ];
}
