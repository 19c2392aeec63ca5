import { Option } from 'commander';
import type { CommonOptions, Outcome, Verb } from '../../common/command.ts';
import { exitCode } from '../../common/exit.ts';
import type { Io } from '../../common/io.ts';
import { type ConnectOptions, connectOptions, withConnection } from '../connect.ts';
import type { GrantScript, Roles } from '../grant/needs.ts';

type Options = ConnectOptions & CommonOptions & Roles;

export const grantVerb: Verb = {
  usage: 'grant',
  summary: 'print what makes a user who may look, and one who may repair',
  description:
    "Prints, and runs nothing: the statements are for an administrator of the database's server. Each column that is needed is named, and no other; which ones these are follows from the schema of this Forgejo. No password is set, the last lines say how. For SQLite, which has no users, it says what the file system has to allow.",
  options: [
    ...connectOptions,
    new Option('--reader <user>', 'who may use runs, show, logs, stuck and dry runs').default('ci_doctor_read'),
    new Option('--repairer <user>', 'who may use reset and undo as well').default('ci_doctor_repair'),
    new Option('--host <host>', "MySQL: from where the two connect, as in 'user'@'host' (as this connection does)"),
  ],
  examples: [
    ['ci-doctor grant', 'print the statements'],
    ['ci-doctor grant | psql PROD-ALM', 'make the roles'],
    ["ci-doctor grant --host '10.0.3.%' | mariadb", 'in MariaDB, for users who connect from that network'],
  ],
  handler: (_, options: Options, io: Io) =>
    withConnection(options, io, async ({ database }): Promise<Outcome<GrantScript>> => {
      const script = await database.grants(options);
      return { exit: exitCode.ok, result: script, text: () => scriptText(script) };
    }),
};

function scriptText({ language, read, repair, notes }: GrantScript): string {
  const [end, comment] = language === 'sql' ? [';', '--'] : ['', '#'];
  const blocks: (readonly [string, readonly string[]])[] = [
    ['to look: runs, show, logs, stuck, dry runs', read],
    ['to repair as well: reset, undo', repair],
  ];
  return [
    ...blocks
      .filter(([, lines]) => lines.length > 0)
      .map(([title, lines]) => [`${comment} ${title}`, ...lines.map((line) => `${line}${end}`)].join('\n')),
    notes.map((note) => `${comment} ${note}`).join('\n'),
  ].join('\n\n');
}
