import { Status } from '../database/status.ts';
import type { EmptyLog } from '../logs/empty.ts';
import { secretHider } from '../logs/hide.ts';
import type { LogLine } from '../logs/lines.ts';
import type { FoundLog, LogTask, Selection } from '../logs/logs.ts';
import type { StepRow } from '../steps.ts';

/** A task whose log can be asked for, with its rows of action_task_step. */
export interface Logged {
  readonly task: LogTask;
  readonly steps: readonly StepRow[];
}

/** Opens the log of a task: `readLog` with the places where this Forgejo keeps its logs. */
export type LogReader = (logged: Logged, selection: Selection) => Promise<FoundLog | EmptyLog>;

export interface ReadLines {
  /** Secrets hidden. */
  readonly lines: readonly LogLine[];
  /** The step that was chosen; undefined where it is the whole log. */
  readonly step: string | undefined;
  /** Lines in the middle that were not read. */
  readonly leftOut: number;
  readonly notes: readonly string[];
}

/** Of a long step its beginning and its end are read: most first errors are in the one, most last words in the other. */
const headBytes = 2 * 1024 * 1024;
const tailBytes = 4 * 1024 * 1024;
const tailLines = 40_000;
/** Where no step failed, the end of the log says how it went. */
const lastLines = 500;

/** The lines that tell why a task failed, bounded in size whatever the log's. */
export async function readFailure(read: LogReader, logged: Logged): Promise<ReadLines | EmptyLog> {
  if (logged.task.status !== Status.failure) return readBounded(read, logged, { tail: lastLines });
  const step = await readBounded(read, logged, { failed: true });
  return 'kind' in step && step.reason === 'no-output' ? readBounded(read, logged, { tail: lastLines }) : step;
}

export async function readBounded(
  read: LogReader,
  logged: Logged,
  selection: Selection,
): Promise<ReadLines | EmptyLog> {
  const found = await read(logged, selection);
  if (found.kind === 'empty') return found;
  const head = await collect(found, headBytes, 'first');
  const { step } = found.summary();
  if (head.whole || selection.tail !== undefined)
    return { lines: head.lines, step, leftOut: 0, notes: found.summary().notes };
  const end = await read(logged, { ...selection, tail: tailLines });
  if (end.kind === 'empty') return { lines: head.lines, step, leftOut: 0, notes: [end.message] };
  const tail = await collect(end, tailBytes, 'last');
  const last = head.lines.at(-1)?.number ?? 0;
  const behind = tail.lines.filter(({ number }) => number > last);
  return {
    lines: [...head.lines, ...behind],
    step,
    leftOut: Math.max(0, (behind[0]?.number ?? last + 1) - last - 1),
    notes: end.summary().notes,
  };
}

/** Goes through a log and keeps its first or its last bytes, roughly. */
async function collect(
  found: FoundLog,
  bytes: number,
  keep: 'first' | 'last',
): Promise<{ lines: LogLine[]; whole: boolean }> {
  const hide = secretHider();
  const blocks: (readonly LogLine[])[] = [];
  const sizes: number[] = [];
  let kept = 0;
  let whole = true;
  for await (const raw of found.blocks) {
    const size = raw.reduce((sum, { text }) => sum + text.length, 0);
    blocks.push(hide(raw));
    sizes.push(size);
    kept += size;
    if (kept <= bytes) continue;
    if (keep === 'first') {
      whole = false;
      break;
    }
    while (kept > bytes && blocks.length > 1) {
      kept -= sizes.shift()!;
      blocks.shift();
      whole = false;
    }
  }
  return { lines: blocks.flat(), whole };
}
