import { join } from 'node:path';
import { Option } from 'commander';
import { stateDirectory } from '../../common/audit.ts';
import type { CommonOptions, Outcome, Verb } from '../../common/command.ts';
import { exitCode } from '../../common/exit.ts';
import { type Column, table } from '../../common/output/table.ts';
import { count } from '../../common/output/words.ts';
import { type HistoryEntry, readHistory } from '../history.ts';
import { wholeNumber } from './runs.ts';

interface Options extends CommonOptions {
  readonly limit: string;
  readonly run?: string;
}

export const historyVerb: Verb = {
  usage: 'history',
  summary: 'list what was repaired and undone: who, when, from where, and the rows before and after',
  description:
    'Reads the journal of this user on this machine; the database is not asked. With --json every statement and every changed row is there; the id is what "ci-doctor undo" takes.',
  options: [
    new Option('--limit <count>', 'how many').default('20'),
    new Option('--run <id>', 'only this run, by its id'),
  ],
  examples: [
    ['ci-doctor history', 'the last twenty'],
    ['ci-doctor history --run 42 --json', 'all that was done to run 42, with rows and statements'],
  ],
  async handler(_, options: Options, io): Promise<Outcome<{ entries: HistoryEntry[] }>> {
    const limit = wholeNumber('--limit', options.limit, 1, 100_000);
    const entries = await readHistory(join(stateDirectory(io.env), 'journal.jsonl'), {
      limit,
      ...(options.run !== undefined && { runId: wholeNumber('--run', options.run, 1, Number.MAX_SAFE_INTEGER) }),
    });
    return {
      exit: exitCode.ok,
      result: { entries },
      text: (view) =>
        entries.length === 0 && view.layout !== 'tsv' ? 'Nothing was repaired yet.' : table(columns, entries, view),
    };
  },
};

/** As much of an id as tells it from others, and is what `undo` takes. */
const shortId = 8;

const columns: readonly Column<HistoryEntry>[] = [
  { title: 'Time', value: ({ time }) => time.replace('T', ' ').replace(/\.\d+Z$/, 'Z'), tsv: ({ time }) => time },
  { title: 'Who', value: ({ user, host }) => `${user}@${host}` },
  { title: 'Action', value: ({ action }) => action },
  { title: 'Run', value: ({ run, runId }) => run ?? (runId === null ? null : String(runId)) },
  {
    title: 'Outcome',
    value: ({ outcome, error }) => (error === null ? outcome : `${outcome}: ${error}`),
    tone: ({ outcome }) => (outcome === 'done' ? 'good' : 'bad'),
  },
  { title: 'Rows', value: ({ rows }) => (rows.length === 0 ? null : count(rows.length, 'row')), align: 'right' },
  { title: 'Id', value: ({ id }) => id?.slice(0, shortId) ?? null, tsv: ({ id }) => id },
];
