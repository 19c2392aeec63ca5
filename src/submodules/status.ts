import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Column, table, type View } from '../common/output/table.ts';
import { judge, type SubmoduleReport } from './check.ts';
import { worktreeState } from './git.ts';
import type { Session } from './session.ts';
import { survey } from './survey.ts';
import { ownerAndName } from './url.ts';

export interface StatusRow extends Pick<SubmoduleReport, 'path' | 'depth' | 'class' | 'remotes'> {
  /** The commit the root records. */
  readonly recorded: string | null;
  /** The commit that is checked out; null when it is not. */
  readonly checkedOut: string | null;
  readonly state: 'uninitialised' | 'clean' | 'dirty' | 'ahead' | 'ahead, dirty';
  /** Its workflow file (`.forgejo/workflows/<name>.yaml`); null without a worktree to look in. */
  readonly workflow: boolean | null;
}

export interface StatusResult {
  readonly commit: string;
  readonly required: readonly string[];
  readonly submodules: readonly StatusRow[];
}

/** Everything there is to know about each submodule of a commit, in one table. */
export async function statusOf(session: Session, commit: string): Promise<StatusResult> {
  const seen = await survey(session, commit, { commits: [], removed: false });
  const { submodules, required } = judge([seen], { requireBranch: false, rootRemotes: session.remotes });
  const rows = await Promise.all(
    submodules
      .filter((report) => report.commit !== null)
      .map(async ({ path, depth, commit: recorded, class: name, remotes }): Promise<StatusRow> => {
        const one = seen.observed.find((observed) => observed.path === path)!;
        const git = one.clone?.checkedOut ? one.clone.git : undefined;
        const worktree = git && (await session.local('', () => worktreeState(git)));
        const ahead = worktree !== undefined && worktree.head !== recorded;
        const state = !worktree
          ? 'uninitialised'
          : ahead
            ? worktree.dirty
              ? 'ahead, dirty'
              : 'ahead'
            : worktree.dirty
              ? 'dirty'
              : 'clean';
        const repository = ownerAndName(one.entry?.url ?? '')?.name ?? path.slice(path.lastIndexOf('/') + 1);
        const workflow = git ? hasWorkflow(git.dir, repository) : null;
        return { path, depth, recorded, checkedOut: worktree?.head ?? null, state, class: name, remotes, workflow };
      }),
  );
  return { commit, required, submodules: rows };
}

const hasWorkflow = (dir: string, name: string): boolean =>
  ['yaml', 'yml'].some((extension) => existsSync(join(dir, '.forgejo/workflows', `${name}.${extension}`)));

export function statusText({ submodules, required }: StatusResult, view: View): string {
  if (submodules.length === 0) return 'No submodules.';
  const columns: Column<StatusRow>[] = [
    { title: 'Submodule', value: ({ path }) => path },
    { title: 'Recorded', value: ({ recorded }) => recorded?.slice(0, 12) ?? null },
    { title: 'Checked out', value: ({ checkedOut }) => checkedOut?.slice(0, 12) ?? null },
    { title: 'State', value: ({ state }) => state, tone: ({ state }) => (state === 'clean' ? 'good' : 'warn') },
    ...required.map(
      (name): Column<StatusRow> => ({
        title: name,
        value: ({ remotes }) =>
          [...new Set(remotes.filter((one) => one.name === name).map((one) => one.class))].join(', ') || null,
      }),
    ),
    { title: 'Workflow', value: ({ workflow }) => (workflow === null ? null : workflow ? 'yes' : 'no') },
  ];
  return table(columns, submodules, view);
}
