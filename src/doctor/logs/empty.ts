import { messageOf, ToolError, unknown } from '../../common/errors.ts';
import { sentence } from '../../common/output/words.ts';
import { quote } from '../../common/quote.ts';
import { isDone, Status } from '../database/status.ts';
import type { Step } from '../steps.ts';
import type { LogRequest, LogTask } from './logs.ts';
import type { NotFound } from './place.ts';
import { UnreadableLog } from './store.ts';
import type { LogText } from './text.ts';

/** Why there is nothing to show. */
export type EmptyReason =
  | 'not-started'
  | 'no-attempt'
  | 'expired'
  | 'never-written'
  | 'missing'
  | 'no-storage'
  | 'empty'
  | 'no-failed-step'
  | 'no-output'
  | 'no-match'
  | 'unreadable';

export interface EmptyLog {
  readonly kind: 'empty';
  readonly reason: EmptyReason;
  readonly message: string;
  /** The next step. */
  readonly fix: string;
}

export const empty = (reason: EmptyReason, message: string, fix: string): EmptyLog => ({
  kind: 'empty',
  reason,
  message,
  fix,
});

export function noFailedStep(task: LogTask, steps: readonly Step[], done: boolean): EmptyLog {
  const stopped = steps.find(
    ({ status, synthetic, logLength }) => !synthetic && status === Status.cancelled && logLength > 0,
  );
  if (!done)
    return empty(
      'no-failed-step',
      `No step of task ${task.id} has failed so far.`,
      'Leave out --failed to see its log.',
    );
  if (task.status === Status.success)
    return empty('no-failed-step', `Task ${task.id} succeeded: no step failed.`, 'Leave out --failed to see its log.');
  const how = task.status === Status.skipped ? 'was skipped' : 'was cancelled';
  return empty(
    'no-failed-step',
    `Task ${task.id} ${how}: no step failed.`,
    stopped
      ? `--step ${stopped.number} shows "${stopped.name}", where it was stopped.`
      : 'Leave out --failed to see its log.',
  );
}

export function noOutput(step: Step | undefined, task: LogTask, done: boolean): EmptyLog {
  if (!step) return empty('empty', `The log of task ${task.id} has no lines.`, stateHint(task, done));
  const name = `Step ${step.number} "${step.name}"`;
  if (step.status === Status.skipped)
    return empty('no-output', `${name} was skipped: it wrote nothing.`, 'Look at the step before it.');
  if (step.started === 0 || step.status === Status.waiting || step.status === Status.blocked)
    return empty(
      'no-output',
      done ? `${name} did not run.` : `${name} has not begun yet.`,
      done ? '--failed shows the step that failed.' : 'Ask again later, or leave out --step.',
    );
  return empty('no-output', `${name} wrote no line.`, 'Leave out --step to see the whole log.');
}

export const cutBefore = (step: Step, task: LogTask, where: string, text: LogText): EmptyLog =>
  empty(
    'missing',
    `Step ${step.number} "${step.name}" wrote ${step.logLength} lines, but the log in ${where} ends before them, at byte ${text.size} of ${task.logSize}.`,
    'Restore the file from a backup, or run the job again; without --step and --failed, what is left of the log is shown.',
  );

export const stateHint = (task: LogTask, done: boolean) =>
  done
    ? `ci-doctor show tells how task ${task.id} ended.`
    : 'The runner has sent nothing yet: ask again in a moment, or see ci-doctor stuck.';

export function notFound(request: LogRequest, task: LogTask, { asked, failures }: NotFound): EmptyLog {
  const byApi = failures.find(({ where }) => where === request.api?.name);
  const said = byApi ? `${sentence(messageOf(byApi.error))} ` : '';
  // A place that could not be asked may have it: that is the error to tell, not that the log is missing.
  const failure = failures.find((one) => one !== byApi);
  if (failure) {
    const { error, where } = failure;
    if (error instanceof UnreadableLog) return empty('unreadable', `${said}${error.message}`, error.fix);
    if (error instanceof ToolError)
      throw byApi ? new ToolError(error.kind, `${said}${error.message}`, error.fix, error) : error;
    throw unknown(
      `${said}The log of task ${task.id} cannot be read from ${where}: ${messageOf(error)}`,
      'Look at that place and try again.',
      error,
    );
  }
  if (!task.logInStorage && (task.logLength === 0 || task.logFilename === ''))
    return empty(
      'never-written',
      `The runner has sent no line of task ${task.id}.`,
      stateHint(task, isDone(task.status)),
    );
  // What a server without the route says to do instead is what is being done.
  const fixes =
    byApi?.error instanceof ToolError && byApi.error.name !== 'UnsupportedByServer' ? [byApi.error.fix] : [];
  if (!request.storage && (!request.api || byApi))
    return empty(
      'no-storage',
      `${said}The log ${task.logFilename} is not in the database, and where Forgejo stores finished logs is not known.`,
      [
        ...fixes,
        'Give --app-ini with the path of Forgejo’s app.ini, or --log-dir or --log-s3; --via says on which host that is.',
        ...(request.api ? [] : ['Forgejo 16 and newer answer with it as well: --log-api.']),
      ].join(' '),
    );
  const places = asked.filter((where) => where !== byApi?.where);
  if (request.api && !byApi) fixes.push('The API answers the same where the token may not read the repository.');
  return empty(
    'missing',
    `${said}${
      task.logInStorage
        ? `Forgejo says that the log ${task.logFilename} is stored, but it is not in ${places.join(' nor in ')}.`
        : `The log ${task.logFilename} is neither in ${places.join(' nor in ')}, though ${task.logLength} lines were received.`
    }`,
    [
      ...fixes,
      'Check that this is the storage of that server ([storage.actions_log] in app.ini); a file that was deleted or lost with a move of the server is gone.',
    ].join(' '),
  );
}

export const unreadable = (task: LogTask, where: string, text: LogText): EmptyLog =>
  empty(
    'unreadable',
    `Nothing of the log ${task.logFilename} in ${where} can be read. ${[...text.notes, ...text.damage.map(({ message }) => message)].join(' ')}`,
    text.damage.some(({ tooLarge }) => tooLarge)
      ? `Where the file lies: zstd -dc ${quote(task.logFilename)} | less`
      : 'Restore the file from a backup, or run the job again.',
  );

/** The same as an answer, where only this log cannot be read. @throws everything else */
export function unreadLog(error: unknown): EmptyLog {
  if (error instanceof UnreadableLog) return empty('unreadable', error.message, error.fix);
  throw error;
}
