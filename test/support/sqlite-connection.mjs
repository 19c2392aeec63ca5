// One connection of a Forgejo on an SQLite file, in a process of its own: while it waits for the lock of somebody else nothing
// in it moves, and who holds the lock must go on. A JSON line {sql, values} in, a JSON line {rows, count} or {error, code} out.
// node sqlite-connection.mjs FILE SQLITE_TIMEOUT-in-ms
import { createInterface } from 'node:readline';
import Libsql from 'libsql';

const [path, timeout] = process.argv.slice(2);
const file = new Libsql(path, { timeout: Number(timeout) });
const bound = (value) => (typeof value === 'boolean' || Number.isInteger(value) ? BigInt(value) : value);

function answer({ sql, values }) {
  // A lock is only met by exec: libsql keeps a prepared statement that met one, and what it has locked.
  if (values.length === 0 && /^(?:BEGIN|COMMIT|ROLLBACK)/.test(sql)) return { rows: file.exec(sql) ?? [], count: 0 };
  const statement = file.prepare(sql);
  if (statement.reader) {
    const rows = statement.all(values.map(bound));
    return { rows, count: rows.length };
  }
  return { rows: [], count: statement.run(values.map(bound)).changes };
}

for await (const line of createInterface({ input: process.stdin })) {
  let said;
  try {
    said = answer(JSON.parse(line));
  } catch (error) {
    said = { error: error.message, code: error.rawCode === undefined ? error.code : `SQLITE_${error.rawCode & 0xff}` };
  }
  process.stdout.write(`${JSON.stringify(said)}\n`);
}
file.close();
