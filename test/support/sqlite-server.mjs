// Stands for a Forgejo with running jobs on an SQLite file: heartbeats, steps and the queue's version, a transaction each
// few milliseconds, as quick as it can until its standard input ends. Prints what it did as one JSON line.
// node sqlite-server.mjs FILE [SQLITE_TIMEOUT in ms]
import Libsql from 'libsql';

const [path, timeout = '500'] = process.argv.slice(2);
const database = new Libsql(path, { timeout: Number(timeout) });
const done = { commits: 0, refused: 0, longestWaitMs: 0 };
let stop = false;
process.stdin.resume().once('end', () => {
  stop = true;
});
process.stdout.write('ready\n');
while (!stop) {
  const begin = performance.now();
  try {
    database.exec('BEGIN IMMEDIATE');
    try {
      database.exec('UPDATE action_task SET updated = updated + 1 WHERE id = (SELECT max(id) FROM action_task)');
      database.exec('UPDATE action_tasks_version SET version = version + 1 WHERE owner_id = 0 AND repo_id = 0');
      database.exec('COMMIT');
      done.commits++;
    } catch (error) {
      database.exec('ROLLBACK');
      throw error;
    }
  } catch (error) {
    if (!/locked/.test(error.message)) throw error;
    done.refused++;
  }
  done.longestWaitMs = Math.max(done.longestWaitMs, Math.round(performance.now() - begin));
  await new Promise((resolve) => setTimeout(resolve, 5));
}
database.close();
process.stdout.write(`${JSON.stringify(done)}\n`);
