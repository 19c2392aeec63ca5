import { usage } from '../../common/errors.ts';
import { redact } from '../../common/redact.ts';
import type { Database } from './database.ts';
import type { DatabaseSettings } from './dialect.ts';

/** One line a dialect. Loaded when a database of its kind is opened: a driver takes longer to load than most commands run. */
const dialects: readonly {
  readonly schemes: RegExp;
  readonly open: (settings: DatabaseSettings) => Promise<Database>;
}[] = [
  {
    schemes: /^postgres(?:ql)?:/,
    open: async (settings) => (await import('./postgresql.ts')).openPostgresql(settings),
  },
];

/**
 * Opens the database of a URL.
 * @throws ToolError (usage) when the URL is none, (unknown) when the database cannot be reached or is not Forgejo's
 */
export async function openDatabase(settings: DatabaseSettings): Promise<Database> {
  const url = settings.url.trim();
  const dialect = dialects.find(({ schemes }) => schemes.test(url));
  if (dialect) return dialect.open(settings);
  throw usage(
    `The database URL cannot be read: "${redact(url.replace(/:\/\/.*@/s, '://***@'))}".`,
    'Write it as postgres://USER:PASSWORD@HOST:5432/DATABASE.',
  );
}
