import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Libsql from 'libsql';
import mysql from 'mysql2/promise';
import { loadRowsOn, type RunStatement, reloadRowsOn } from '../../demo/forgejo/load.ts';
import type { Generation } from '../../demo/forgejo/schema.ts';
import type { MysqlServer } from './mysql.ts';
import type { TestDatabase } from './test-database.ts';

/** `$2` and `$1`, as PostgreSQL has them, become question marks with their values in order. */
export function inOrder(sql: string, values: readonly unknown[] = []): [sql: string, values: unknown[]] {
  const ordered: unknown[] = [];
  const text = sql.replace(/\$(\d+)/g, (_, position: string) => {
    ordered.push(values[Number(position) - 1]);
    return '?';
  });
  return [text, ordered];
}

/** For libsql, which takes no boolean and stores a number as a floating-point one. */
const bound = (values: readonly unknown[]) =>
  values.map((value) =>
    typeof value === 'boolean' ? BigInt(value) : typeof value === 'number' ? BigInt(value) : (value ?? null),
  );

/** An SQLite file in a directory of its own, with the journal that Forgejo has by default; a copy of another if named. */
export async function sqliteDatabase({
  journal = 'delete',
  copyOf,
}: {
  readonly journal?: string;
  readonly copyOf?: string;
} = {}): Promise<TestDatabase & { readonly path: string }> {
  const directory = await mkdtemp(join(tmpdir(), 'forgejo-ci-toolkit-sqlite-'));
  const path = join(directory, 'forgejo.db');
  if (copyOf !== undefined) await writeFile(path, await readFile(copyOf));
  const withFile = async <T>(work: (file: Libsql.Database) => T | Promise<T>): Promise<T> => {
    const file = new Libsql(path, { timeout: 5_000 });
    try {
      return await work(file);
    } finally {
      file.close();
    }
  };
  await withFile((file) => {
    file.exec(`PRAGMA journal_mode = ${journal}`);
    file.exec('VACUUM');
  });
  return {
    path,
    url: `sqlite://${path}`,
    schema: 'main',
    async query(sql, values) {
      const [text, ordered] = inOrder(sql, values);
      return withFile((file) => {
        const statement = file.prepare(text);
        if (statement.reader) return statement.all(bound(ordered)) as never;
        statement.run(bound(ordered));
        return [];
      });
    },
    load: (rows) =>
      withFile(async (file) => {
        file.exec('BEGIN');
        const names = file.prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'");
        for (const { name } of names.all([]) as { name: string }[]) file.exec(`DROP TABLE "${name}"`);
        const run: RunStatement = async (sql, values = []) => file.prepare(sql).run(bound(values));
        await loadRowsOn('sqlite', run, rows);
        file.exec('COMMIT');
      }),
    drop: () => rm(directory, { recursive: true, force: true }),
  };
}

let counter = 0;
/** Dropped databases by server and generation of their tables: MariaDB makes tables so slowly that they are used again. */
const used = new Map<string, string[]>();

/** A database of its own on a MariaDB or MySQL; made when it is loaded, or empty by `create`. */
export function mysqlDatabase(server: MysqlServer): TestDatabase & { create(): Promise<void> } {
  let name = '';
  let loaded: Generation | undefined;
  const kind = (generation: Generation) => `${server.url('')} ${generation}`;
  const withConnection = async <T>(work: (connection: mysql.Connection) => Promise<T>): Promise<T> => {
    const connection = await mysql.createConnection({ uri: server.url(name) });
    try {
      // Names in double quotes, as everywhere else.
      await connection.query("SET SESSION sql_mode = 'STRICT_ALL_TABLES,ANSI_QUOTES'");
      return await work(connection);
    } finally {
      await connection.end();
    }
  };
  return {
    get url() {
      return server.url(name);
    },
    get schema() {
      return name;
    },
    async query(sql, values) {
      const [text, ordered] = inOrder(sql, values);
      const [rows] = await withConnection((connection) => connection.query(text, ordered));
      return (Array.isArray(rows) ? rows.map((row) => ({ ...row })) : []) as never;
    },
    async create() {
      name = `forgejo_${++counter}`;
      await server.sql(
        `DROP DATABASE IF EXISTS ${name}; CREATE DATABASE ${name} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
      );
    },
    async load(rows) {
      const again = loaded === rows.generation ? name : used.get(kind(rows.generation))?.pop();
      if (loaded !== undefined && again !== name) throw new Error('A database holds the tables of one generation');
      loaded = rows.generation;
      if (again === undefined) await this.create();
      else name = again;
      await withConnection(async (connection) => {
        const run: RunStatement = (sql, given) => connection.query(sql, given as unknown[]);
        await connection.beginTransaction();
        await (again === undefined ? loadRowsOn : reloadRowsOn)('mysql', run, rows);
        await connection.commit();
      });
    },
    async drop() {
      if (loaded === undefined) return;
      used.set(kind(loaded), [...(used.get(kind(loaded)) ?? []), name]);
    },
  };
}
