import { quote, quoteAll } from '../../common/quote.ts';
import type { GrantScript, Roles } from './needs.ts';

/** What the file system says of a database file. */
export interface FileFacts {
  /** Absolute, without symbolic links. */
  readonly path: string;
  /** Name of the user who owns it, or `#` and the number. */
  readonly owner: string;
  /** The directories above it that only some users may pass, the topmost first. */
  readonly closed: readonly string[];
  /** SQLite keeps a log beside it (`journal_mode = wal`), and whoever reads writes there too. */
  readonly wal: boolean;
}

/**
 * SQLite has no users, so the file system decides. A second user can be let in to look. Not to repair: what SQLite writes
 * beside the file would belong to that user, and after a crash at that moment Forgejo could not open its own database.
 */
export function sqliteGrants({ path, owner, closed, wal }: FileFacts, { reader }: Roles): GrantScript {
  const asOwner = (verb: string) => quoteAll(['sudo', '-u', owner, 'ci-doctor', verb, '--database-url', url(path)]);
  const notes = [
    `SQLite has no users: whoever may write the file may do everything. Repair as "${owner}", who owns it: ${asOwner('reset')} RUN`,
    'The directory has to be writable for a repair, as SQLite keeps its journal there.',
  ];
  if (wal)
    return {
      language: 'sh',
      read: [],
      repair: [],
      notes: [
        `With a WAL whoever reads also writes beside the file. Look as "${owner}" too: ${asOwner('stuck')}`,
        ...notes,
      ],
    };
  return {
    language: 'sh',
    read: [
      quoteAll(['useradd', '--system', '--', reader]),
      ...closed.map((directory) => `setfacl -m ${quote(`u:${reader}:x`)} -- ${quote(directory)}`),
      `setfacl -m ${quote(`u:${reader}:r`)} -- ${quote(path)}`,
    ],
    repair: [],
    notes: [`A file that is put back from a copy has lost this: run the setfacl lines again.`, ...notes],
  };
}

const url = (path: string) => `sqlite://${path.split('/').map(encodeURIComponent).join('/')}`;
