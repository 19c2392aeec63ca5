import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Connection, Pool } from './live-server.ts';
import { inOrder } from './other-database.ts';

/** A server's connections to an SQLite file, each in a process of its own. */
export function sqlitePool(path: string, { connections, timeoutMs }: { connections: number; timeoutMs: number }): Pool {
  const program = fileURLToPath(new URL('./sqlite-connection.mjs', import.meta.url));
  const children: ChildProcessWithoutNullStreams[] = [];
  const free: Connection[] = [];
  const waiting: ((connection: Connection) => void)[] = [];
  const open = (): Connection => {
    const child = spawn(process.execPath, [program, path, String(timeoutMs)], { stdio: 'pipe' });
    child.stderr.pipe(process.stderr);
    children.push(child);
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const connection: Connection = {
      async query(sql, values) {
        const [text, ordered] = inOrder(sql, values);
        child.stdin.write(`${JSON.stringify({ sql: text, values: ordered })}\n`);
        const { value, done } = await lines.next();
        if (done) throw new Error('The connection has ended.');
        const { error, code, rows, count } = JSON.parse(value);
        if (error !== undefined) throw Object.assign(new Error(error), { code });
        return { rows, rowCount: count };
      },
      release() {
        const next = waiting.shift();
        if (next) next(connection);
        else free.push(connection);
      },
    };
    return connection;
  };
  return {
    begin: 'BEGIN IMMEDIATE',
    // The primary result codes of a lock and of a deadlock between two who read before they write.
    isInTheWay: (error) => ['SQLITE_5', 'SQLITE_6'].includes((error as { code?: string }).code ?? ''),
    async connect() {
      const ready = free.pop();
      if (ready) return ready;
      if (children.length < connections) return open();
      return new Promise((resolve) => waiting.push(resolve));
    },
    async end() {
      for (const child of children) child.stdin.end();
    },
  };
}
