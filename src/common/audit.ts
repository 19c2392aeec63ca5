import { open } from 'node:fs/promises';
import { hostname, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { makeDirectory } from './directory.ts';
import { messageOf, problem } from './errors.ts';
import { redactedJson } from './redact.ts';

/** One line of the journal: who did what, when, from where, and how it ended. */
export interface AuditRecord {
  /** ISO 8601, UTC. */
  readonly time: string;
  readonly user: string;
  readonly host: string;
  readonly tool: string;
  readonly action: string;
  readonly outcome: 'done' | 'failed';
  readonly details: Readonly<Record<string, unknown>>;
}

/** Where the journal is: `FORGEJO_CI_TOOLKIT_STATE`, else the XDG state directory. */
export function stateDirectory(env: Readonly<Record<string, string | undefined>>): string {
  if (env.FORGEJO_CI_TOOLKIT_STATE) return env.FORGEJO_CI_TOOLKIT_STATE;
  return join(env.XDG_STATE_HOME || join(env.HOME || '/var/lib', '.local/state'), 'forgejo-ci-toolkit');
}

/**
 * Opens the journal as a record would, to be called before anything is changed: what cannot be written down is not done.
 * @throws ToolError (problem)
 */
export async function checkAudit(file: string): Promise<void> {
  try {
    await makeDirectory(dirname(file));
    await (await open(file, 'a', 0o600)).close();
  } catch (cause) {
    throw problem(
      `The journal ${file} cannot be written (${messageOf(cause)}), so nothing was changed.`,
      'Make it writable, or name another state directory with FORGEJO_CI_TOOLKIT_STATE.',
      cause,
    );
  }
}

type Entry = Pick<AuditRecord, 'tool' | 'action' | 'outcome' | 'details'>;

/** Appends a record to the journal as one JSON line and syncs it to disk. The file is readable by its owner only. */
export const appendAudit = (file: string, record: Entry): Promise<void> => appendAuditLines(file, auditLines([record]));

/** Records as the journal has them, from now and here. */
export function auditLines(records: readonly Entry[]): string {
  const common = { time: new Date().toISOString(), user: userName(), host: hostname() };
  return records.map((record) => `${redactedJson({ ...common, ...record })}\n`).join('');
}

/** Appends lines that `auditLines` made, synced together. */
export async function appendAuditLines(file: string, lines: string): Promise<void> {
  await makeDirectory(dirname(file));
  const handle = await open(file, 'a', 0o600);
  try {
    await handle.appendFile(lines);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** The person or account behind this process. */
export function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run under a uid that /etc/passwd does not know.
    return String(process.getuid?.() ?? 'unknown');
  }
}
