import mysql from 'mysql2/promise';

/** What the tests of a dialect need of a MySQL or a MariaDB. */
export interface MysqlServer {
  url(database: string): string;
  /** Runs statements as a user who may make databases. */
  sql(statements: string): Promise<unknown>;
}

export const isMysqlGiven = process.env.TEST_MYSQL_URL !== undefined;

/** The MySQL that `TEST_MYSQL_URL` names: `mysql://root:PASSWORD@127.0.0.1:3306`. Databases of the tests' names are dropped there. */
export function givenMysql(): MysqlServer {
  const given = process.env.TEST_MYSQL_URL;
  if (given === undefined) throw new Error('Set TEST_MYSQL_URL to the URL of a MySQL that is for tests alone');
  const url = (database: string) =>
    Object.assign(new URL(given), { pathname: `/${encodeURIComponent(database)}` }).href;
  return {
    url,
    async sql(statements) {
      const connection = await mysql.createConnection({ uri: given, multipleStatements: true });
      try {
        return await connection.query(statements);
      } finally {
        await connection.end();
      }
    },
  };
}
