import { Option } from 'commander';
import type { CommonOptions, Outcome, Verb } from '../../common/command.ts';
import { usage } from '../../common/errors.ts';
import { exitCode } from '../../common/exit.ts';
import type { Io } from '../../common/io.ts';
import { type ConnectOptions, connectOptions, withConnection } from '../connect.ts';
import { type GrantScript, grantScript, type Roles } from '../grant.ts';

type Options = ConnectOptions & CommonOptions & Roles;

export const grantVerb: Verb = {
  usage: 'grant',
  summary: 'print the SQL for a role that may look, and one that may repair',
  description:
    'Prints, and runs nothing: the statements are for an administrator of PostgreSQL. Each column that is needed is named, and no other; which ones these are follows from the schema of this Forgejo. No password is set: "\\password ROLE" in psql sets one.',
  options: [
    ...connectOptions,
    new Option('--reader <role>', 'the role for runs, show, logs, stuck and dry runs').default('ci_doctor_read'),
    new Option('--repairer <role>', 'the role for reset and undo').default('ci_doctor_repair'),
  ],
  examples: [
    ['ci-doctor grant', 'print the statements'],
    ['ci-doctor grant | psql PROD-ALM', 'make the roles'],
  ],
  handler: (_, options: Options, io: Io) =>
    withConnection(options, io, async ({ database }): Promise<Outcome<GrantScript>> => {
      const { server } = await database.identity();
      if (!server.startsWith('postgresql'))
        throw usage(
          `${database.place} is not PostgreSQL: ci-doctor knows no privileges of it.`,
          server.startsWith('sqlite')
            ? 'SQLite has no roles: whoever may read the file may look, whoever may write it may repair.'
            : 'Give a user SELECT on the tables that docs/ci-doctor.md names, and UPDATE on the action_… tables.',
        );
      const script = grantScript(database.generation, database.schema, options);
      const block = (title: string, statements: readonly string[]) =>
        [`-- ${title}`, ...statements.map((statement) => `${statement};`)].join('\n');
      return {
        exit: exitCode.ok,
        result: script,
        text: () =>
          `${block('to look: runs, show, logs, stuck, dry runs', script.read)}\n\n${block('to repair as well: reset, undo', script.repair)}`,
      };
    }),
};
