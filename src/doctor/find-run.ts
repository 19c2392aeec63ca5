import { problem, type ToolError, usage } from '../common/errors.ts';
import { count } from '../common/output/words.ts';
import type { Queries } from './database/database.ts';
import { repositoryIds } from './runs.ts';

/** The ways a person names a run. */
export type RunName = { readonly id: number } | { readonly repository: string | undefined; readonly index: number };

/**
 * Reads a run's name: its id (what `GITHUB_RUN_ID` and the API hold), `owner/repository#index`, `#index`, or the address
 * of its page or API route.
 */
export function parseRunName(text: string): RunName {
  if (/^[1-9]\d{0,14}$/.test(text)) return { id: Number(text) };
  const short = /^([^#\s]*)#(\d{1,15})$/.exec(text);
  if (short) return { repository: short[1] || undefined, index: Number(short[2]) };
  if (URL.canParse(text)) {
    const path = new URL(text).pathname;
    const api = /\/api\/v1\/repos\/[^/]+\/[^/]+\/actions\/runs\/(\d{1,15})(?:\/|$)/.exec(path);
    if (api) return { id: Number(api[1]) };
    // Names of owners and repositories are letters, digits and .-_: nothing in them is percent-encoded.
    const page = /\/([^/]+\/[^/]+)\/actions\/runs\/(\d{1,15})(?:\/|$)/.exec(path);
    if (page) return { repository: page[1]!, index: Number(page[2]) };
  }
  throw usage(`"${text}" does not name a run.`, 'Use its id, OWNER/REPOSITORY#INDEX, or the address of its page.');
}

/**
 * The id of the run that a name means.
 * @throws ToolError (problem) when there is none, (usage) when there are several
 */
export async function findRun(queries: Queries, text: string): Promise<number> {
  const name = parseRunName(text);
  if ('id' in name) {
    const row =
      (await queries.selectFrom('action_run').select('id').where('id', '=', name.id).executeTakeFirst()) ??
      // A run whose row is gone lives on in its jobs.
      (await queries
        .selectFrom('action_run_job')
        .select('run_id as id')
        .where('run_id', '=', name.id)
        .limit(1)
        .executeTakeFirst());
    if (row) return row.id;
    throw noSuchRun(name.id);
  }
  let query = queries
    .selectFrom('action_run')
    .leftJoin('repository', 'repository.id', 'action_run.repo_id')
    .select(['action_run.id', 'repository.owner_name', 'repository.name'])
    .where('action_run.index', '=', name.index)
    .orderBy('action_run.id', 'desc');
  if (name.repository !== undefined)
    query = query.where('action_run.repo_id', 'in', await repositoryIds(queries, name.repository));
  const rows = await query.limit(20).execute();
  if (rows.length === 1) return rows[0]!.id;
  if (rows.length === 0)
    throw problem(
      `There is no run ${text}.`,
      name.repository === undefined
        ? 'List runs with "ci-doctor runs".'
        : `List its runs with "ci-doctor runs --repository ${name.repository}".`,
    );
  const candidates = rows.map((row) =>
    row.name === null ? `id ${row.id} (repository gone)` : `${row.owner_name}/${row.name}#${name.index} (id ${row.id})`,
  );
  throw usage(`"${text}" names several runs: ${candidates.join(', ')}.`, 'Use one of these names, or the id.');
}

const noSuchRun = (id: number) =>
  problem(
    `There is no run with the id ${id}.`,
    'List runs with "ci-doctor runs". The number in a page\'s address is the index: write OWNER/REPOSITORY#INDEX.',
  );

/** Why a run cannot be shown: it never was, or only its row is gone. */
export async function noRun(queries: Queries, id: number): Promise<ToolError> {
  const { jobs } = await queries
    .selectFrom('action_run_job')
    .select((job) => job.fn.countAll<number>().as('jobs'))
    .where('run_id', '=', id)
    .executeTakeFirstOrThrow();
  if (Number(jobs) === 0) return noSuchRun(id);
  return problem(
    `Run ${id} has no row any more; ${count(Number(jobs), 'job')} of it ${Number(jobs) === 1 ? 'is' : 'are'} left.`,
    `See what they hold up: ci-doctor reset ${id} --dry-run`,
  );
}
