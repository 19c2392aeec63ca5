import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { LogTask } from '../../../src/doctor/logs/logs.ts';
import type { StepRow } from '../../../src/doctor/steps.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** Rows and logs recorded from live servers; undefined (and said so) where they are not there. */
export const recorded: string | undefined = ['../shared/forgejo', '../../shared/forgejo']
  .map((path) => join(root, path))
  .find((path) => existsSync(join(path, 'v12/rows.sql')));

if (!recorded) console.warn('The recorded servers (../shared/forgejo) are not here: tests that need them are skipped.');

export interface RecordedTask {
  readonly task: LogTask;
  readonly steps: readonly StepRow[];
  readonly indexes: Buffer;
}

export interface RecordedServer {
  readonly logDirectory: string;
  readonly tasks: readonly RecordedTask[];
  /** Text of the files in dbfs, by full path. */
  readonly dbfs: ReadonlyMap<string, Buffer>;
}

/** One dump (`rows` or `stuck`) of one server. */
export function server(version: 'v12' | 'v17', dump: 'rows' | 'stuck' = 'rows'): RecordedServer {
  // The body of a skipped `describe` runs all the same.
  if (recorded === undefined) return { logDirectory: '', tasks: [], dbfs: new Map() };
  const directory = join(recorded, version);
  const tables = parse(readFileSync(join(directory, `${dump}.sql`), 'utf8'));
  const steps = (tables.get('action_task_step') ?? []).sort((a, b) => Number(a.index) - Number(b.index));
  const data = tables.get('dbfs_data') ?? [];
  return {
    logDirectory: join(directory, 'actions_log'),
    tasks: (tables.get('action_task') ?? []).map((row) => ({
      task: {
        id: Number(row.id),
        status: Number(row.status),
        started: Number(row.started),
        stopped: Number(row.stopped),
        logFilename: row.log_filename!,
        logInStorage: row.log_in_storage === 'true',
        logLength: Number(row.log_length),
        logSize: Number(row.log_size),
        logExpired: row.log_expired === 'true',
      },
      steps: steps
        .filter((step) => step.task_id === row.id)
        .map((step) => ({
          name: step.name!,
          status: Number(step.status),
          started: Number(step.started),
          stopped: Number(step.stopped),
          logIndex: Number(step.log_index),
          logLength: Number(step.log_length),
        })),
      indexes: bytea(row.log_indexes!),
    })),
    dbfs: new Map(
      (tables.get('dbfs_meta') ?? []).map((meta) => [
        meta.full_path!,
        Buffer.concat(
          data
            .filter((block) => block.meta_id === meta.id)
            .sort((a, b) => Number(a.blob_offset) - Number(b.blob_offset))
            .map((block) => bytea(block.blob_data!)),
        ),
      ]),
    ),
  };
}

const bytea = (value: string) => Buffer.from(value.slice(2), 'hex');

type Row = Record<string, string>;

/** The rows of a data-only dump of INSERT statements, values as text. */
function parse(sql: string): Map<string, Row[]> {
  const tables = new Map<string, Row[]>();
  const statement = /^INSERT INTO public\.(\w+) \(([^)]*)\) VALUES \(/gm;
  for (let match = statement.exec(sql); match; match = statement.exec(sql)) {
    const columns = match[2]!.split(', ');
    const values: string[] = [];
    let at = statement.lastIndex;
    while (values.length < columns.length) {
      const value = /'((?:[^']|'')*)'|[^,)']+/y;
      value.lastIndex = at;
      const found = value.exec(sql)!;
      values.push(found[1] === undefined ? found[0] : found[1].replaceAll("''", "'"));
      at = value.lastIndex + 2;
    }
    const rows = tables.get(match[1]!) ?? [];
    rows.push(Object.fromEntries(columns.map((column, index) => [column.replaceAll('"', ''), values[index]!])));
    tables.set(match[1]!, rows);
  }
  return tables;
}
