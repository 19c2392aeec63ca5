import { ToolError, usage } from '../../common/errors.ts';
import { redact } from '../../common/redact.ts';
import type { Database } from './database.ts';
import type { DatabaseSettings } from './dialect.ts';

type Open = (settings: DatabaseSettings) => Promise<Database>;

// One line a dialect. Loaded when one of its kind is opened: a driver takes longer to load than most commands run.
const postgresql: Open = async (settings) => (await import('./postgresql.ts')).openPostgresql(settings);
const mysql: Open = async (settings) => (await import('./mysql.ts')).openMysql(settings);
const sqlite: Open = async (settings) => (await import('./sqlite.ts')).openSqlite(settings);

const schemes: Readonly<Record<string, Open>> = {
  postgres: postgresql,
  postgresql,
  mysql,
  mariadb: mysql,
  sqlite,
  sqlite3: sqlite,
  file: sqlite,
};

/**
 * Opens the database of a URL.
 * @throws ToolError (usage) when the URL is none, (unknown) when the database cannot be reached or is not Forgejo's
 */
export async function openDatabase(settings: DatabaseSettings): Promise<Database> {
  const url = settings.url.trim();
  const open = schemes[/^(\w+):/.exec(url)?.[1]?.toLowerCase() ?? ''];
  if (open) return fromOutsideOrWithin(open, { ...settings, url });
  throw usage(
    `The database URL cannot be read: "${redact(url.replace(/:\/\/.*@/s, '://***@'))}".`,
    'It begins with postgres:, mysql: or sqlite:, as in postgres://USER@HOST:5432/DATABASE or sqlite:///PATH/forgejo.db.',
  );
}

/**
 * A server in a container may let in less by the container's address than from within: pg_hba.conf and MySQL's users say
 * for whence. What `--via` promises is the view from within.
 */
async function fromOutsideOrWithin(open: Open, settings: DatabaseSettings): Promise<Database> {
  const within = settings.through && (await import('../../deploy/host/tunnel.ts')).fromWithin(settings.through);
  if (!within) return open(settings);
  return open(settings).catch((error: unknown) => {
    if (error instanceof ToolError && error.kind === 'usage') throw error;
    return open({ ...settings, through: within });
  });
}
