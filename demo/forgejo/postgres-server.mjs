// Runs in a worker thread: an embedded PostgreSQL behind a socket on the loopback interface. See postgres.ts.
import { parentPort, workerData } from 'node:worker_threads';
import { PGlite } from '@electric-sql/pglite';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';

const account = 'forgejo';
const { snapshot, dataDir, initialize } = workerData;

if (initialize) {
  const fresh = await PGlite.create();
  await fresh.exec(`CREATE ROLE ${account} SUPERUSER LOGIN`);
  await fresh.exec(`CREATE DATABASE ${account} OWNER ${account}`);
  const dump = await fresh.dumpDataDir('none');
  await fresh.close();
  parentPort.postMessage({ snapshot: new Uint8Array(await dump.arrayBuffer()) });
} else {
  const database = await PGlite.create({
    ...(dataDir && { dataDir }),
    ...(snapshot && { loadDataDir: new Blob([snapshot]) }),
    username: account,
    database: account,
  });
  const server = new PGLiteSocketServer({ db: oneAtATime(database), host: '127.0.0.1', port: 0, maxConnections: 64 });
  server.addEventListener('listening', ({ detail }) => parentPort.postMessage({ port: detail.port }));
  await server.start();
  parentPort.once('message', async () => {
    await server.stop();
    await database.close();
    parentPort.postMessage({ stopped: true });
    parentPort.close();
  });
}

/**
 * After an error within such a row PGlite says ReadyForQuery twice, at once and at the Sync, where a server waits for
 * the Sync. A client would take the second for the answer to its next query.
 */
function withoutReady(data) {
  const at = data.length - 6;
  const isReady =
    at >= 0 && data[at] === 0x5a && data[at + 1] + data[at + 2] + data[at + 3] === 0 && data[at + 4] === 5;
  return isReady ? data.subarray(0, at) : data;
}

/**
 * The socket server lets another connection in between any two messages outside a transaction. A query with parameters
 * is a row of messages (Parse, Bind, Describe, Execute, Sync) over one shared unnamed statement, so two connections
 * would run each other's queries. Said to be in a transaction until the Sync, the row stays together.
 */
function oneAtATime(database) {
  let open = false;
  return {
    waitReady: database.waitReady,
    isInTransaction: () => open || database.isInTransaction(),
    runExclusive: (work) => database.runExclusive(work),
    execProtocolRawStream(message, options) {
      open = 'PBDECH'.includes(String.fromCharCode(message[0]));
      if (!open) return database.execProtocolRawStream(message, options);
      return database.execProtocolRawStream(message, {
        ...options,
        onRawData: (data) => options.onRawData(withoutReady(data)),
      });
    },
    exec(sql) {
      open = false;
      return database.exec(sql);
    },
  };
}
