import { messageOf } from '../../common/errors.ts';
import { sentence } from '../../common/output/words.ts';
import type { LogStore } from './store.ts';
import { type Chunk, LogGone, type LogText, openText } from './text.ts';

/** By what a place knows a log. */
interface LoggedTask {
  readonly id: number;
  readonly logFilename: string;
}

/** Where a log was found. */
export interface Opened {
  readonly text: LogText;
  /** Name of the store that it is read from now; it changes when Forgejo moves the log meanwhile. */
  readonly where: () => string;
}

/** What each place answered, where none had the log. */
export interface NotFound {
  readonly asked: readonly string[];
  readonly failures: readonly { readonly where: string; readonly error: unknown }[];
}

/**
 * Looks for a log in the places given, in their order. Forgejo moves a log from its database to its storage when the task
 * ends, so a reader can find it in neither if it asks for the second too early: all are asked twice. The same can happen
 * while it is read; then it is opened in its new place, and since the text is the same there, reading goes on.
 */
export async function openLog(
  stores: readonly LogStore[],
  task: LoggedTask,
  expectedSize: number | undefined,
): Promise<Opened | NotFound> {
  const found = await find(stores, task, expectedSize);
  if (!('text' in found)) return found;
  let { text, store } = found;
  const read = {
    bytes: 0,
    notes: found.failures.map(
      ({ error }) => `${sentence(messageOf(error))} The log was read from ${store.name} instead.`,
    ),
  };

  async function reopen(cause: LogGone): Promise<void> {
    read.bytes += text.bytesRead;
    const before = store;
    await text.close().catch(() => {});
    const again = await find(stores, task, expectedSize);
    if (!('text' in again)) throw cause;
    ({ text, store } = again);
    if (store !== before)
      read.notes.push(`Forgejo moved the log from ${before.name} to ${store.name} while it was read.`);
  }

  return {
    where: () => store.name,
    text: {
      get size() {
        return text.size;
      },
      get compressed() {
        return text.compressed;
      },
      get bytesRead() {
        return read.bytes + text.bytesRead;
      },
      get notes() {
        return [...read.notes, ...text.notes];
      },
      get damage() {
        return text.damage;
      },
      async chunk(position, until): Promise<Chunk> {
        const asked = text;
        try {
          return await asked.chunk(position, until);
        } catch (error) {
          if (!(error instanceof LogGone)) throw error;
          // Another reader of this text may have reopened it already.
          if (asked === text) await reopen(error);
          return text.chunk(position, until);
        }
      },
      close: () => text.close(),
    },
  };
}

interface Found {
  readonly text: LogText;
  readonly store: LogStore;
  /** The places before it that could not be asked. */
  readonly failures: NotFound['failures'];
}

async function find(
  stores: readonly LogStore[],
  { id, logFilename }: LoggedTask,
  expectedSize: number | undefined,
): Promise<Found | NotFound> {
  let failures: NotFound['failures'][number][] = [];
  for (let turn = 0; turn < 2; turn++) {
    failures = [];
    for (const store of stores) {
      try {
        const file = await store.open(logFilename, id);
        if (!file) continue;
        try {
          return { text: await openText(file, expectedSize), store, failures };
        } catch (error) {
          await file.close().catch(() => {});
          if (!(error instanceof LogGone)) throw error;
        }
      } catch (error) {
        failures.push({ where: store.name, error });
      }
    }
  }
  return { asked: stores.map((store) => store.name), failures };
}
