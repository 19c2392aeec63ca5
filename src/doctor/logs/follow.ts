import { messageOf } from '../../common/errors.ts';
import type { Database } from '../database/database.ts';
import { isDone, Status } from '../database/status.ts';
import { fullSteps, type Step, type StepRow } from '../steps.ts';
import { countLines, linesIn, type Piece, type Place, readPieces, tailStart } from './lines.ts';
import { type LogPlaces, type LogTask, storesOf } from './logs.ts';
import { openLog } from './place.ts';
import { LogGone } from './text.ts';

/** What a look at a job tells. */
export interface FollowedJob {
  readonly status: number;
  readonly task: LogTask | undefined;
}

export interface FollowRequest extends LogPlaces {
  /** One light query. */
  look(): Promise<FollowedJob>;
  steps(taskId: number): Promise<readonly StepRow[]>;
  /** Waits between two looks: a second or more. */
  pause(): Promise<void>;
  note(message: string): void;
  /** Only the last lines of what is there already. */
  readonly tail: number | undefined;
}

/** New lines of a job, and the steps as they are now. */
export interface News {
  readonly piece: Piece;
  readonly steps: readonly Step[];
}

/** Looks after the end of a task until its log is given up: it is moved right after, or with the runner's last words. */
const patience = 15;

/**
 * The lines of a job as they come, until it is done; returns its status. A log that Forgejo moves to its storage meanwhile is
 * read on there: the text is the same, so it is known by its place which line comes next. A line is given when it has ended.
 */
export async function* followJob(request: FollowRequest): AsyncGenerator<News, number> {
  const { note } = request;
  let taskId: number | undefined;
  let place: Place = { line: 0, offset: 0 };
  let waited = false;
  let looks = 0;
  for (;;) {
    const { status, task } = await request.look();
    if (!task) {
      if (isDone(status)) {
        note('It was done without a task: it has no log.');
        return status;
      }
      if (!waited) note('No runner has picked it up yet: waiting.');
      waited = true;
    } else {
      if (taskId !== task.id) {
        if (taskId !== undefined) note(`It runs again, as task ${task.id}.`);
        place = { line: 0, offset: 0 };
      }
      const isFirst = taskId !== task.id;
      taskId = task.id;
      const done = isDone(task.status);
      if (task.logExpired) {
        note('Its log is past its retention time: Forgejo has deleted it.');
        return task.status;
      }
      if (task.logSize > place.offset || (done && looks === 0)) {
        const steps = fullSteps(task, await request.steps(task.id));
        for await (const piece of readOn(request, task, place, isFirst ? request.tail : undefined, done)) {
          place = { line: piece.line + linesIn(piece), offset: piece.end };
          yield { piece, steps };
        }
      }
      if (done) {
        looks++;
        // The runner's last words may come after its last report; of a cancelled job, when it has stopped what it runs.
        const enough = task.status === Status.cancelled ? patience : 1;
        if (place.offset >= task.logSize && (task.logInStorage || looks > enough)) return task.status;
        if (looks > patience) {
          note(`The end of the log is missing: ${place.offset} of ${task.logSize} bytes could be read.`);
          return task.status;
        }
      }
    }
    await request.pause();
  }
}

const isWhole = ({ bytes }: Piece): boolean => bytes.length === 0 || bytes[bytes.length - 1] === 0x0a;

/** What is there behind a place. Nothing where the log cannot be found now: it is being moved, and the next look finds it. */
async function* readOn(
  request: FollowRequest,
  task: LogTask,
  from: Place,
  tail: number | undefined,
  done: boolean,
): AsyncGenerator<Piece> {
  const opened = await openLog(storesOf(request, task), task, done ? task.logSize : undefined);
  const { note } = request;
  if (!('text' in opened)) {
    for (const { where, error } of opened.failures) {
      if (where !== request.api?.name) throw error;
      note(messageOf(error));
    }
    return;
  }
  const { text } = opened;
  try {
    let start = from;
    if (tail !== undefined && text.size > 0) {
      const { offset } = await tailStart(text, text.size, tail);
      start = await countLines(text, { line: 0, offset: 0 }, { offset }, note);
    }
    const help = { lineAt: async () => undefined, note };
    for await (const piece of readPieces(text, { from: start, until: text.size }, help)) {
      // The rest of a line comes later; of a task that is done there is no rest.
      if (!isWhole(piece) && !done) break;
      yield piece;
    }
  } catch (error) {
    if (!(error instanceof LogGone)) throw error;
  } finally {
    await text.close().catch(() => {});
    for (const message of [...text.notes, ...text.damage.map((damage) => damage.message)]) note(message);
  }
}

/** A job as `followJob` looks at it: the task that it has now. */
export function lookAt({ queries }: Database, jobId: number): () => Promise<FollowedJob> {
  return async () => {
    const row = await queries
      .selectFrom('action_run_job')
      .leftJoin('action_task', 'action_task.id', 'action_run_job.task_id')
      .select([
        'action_run_job.status as job_status',
        'action_task.id',
        'action_task.status',
        'action_task.started',
        'action_task.stopped',
        'action_task.log_filename',
        'action_task.log_in_storage',
        'action_task.log_length',
        'action_task.log_size',
        'action_task.log_expired',
      ])
      .where('action_run_job.id', '=', jobId)
      .executeTakeFirstOrThrow();
    return {
      status: row.job_status,
      task:
        row.id === null
          ? undefined
          : {
              id: row.id,
              status: row.status!,
              started: row.started!,
              stopped: row.stopped!,
              logFilename: row.log_filename ?? '',
              logInStorage: Boolean(row.log_in_storage),
              logLength: row.log_length ?? 0,
              logSize: row.log_size ?? 0,
              logExpired: Boolean(row.log_expired),
            },
    };
  };
}
