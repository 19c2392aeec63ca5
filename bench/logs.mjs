// The lines of a failed step out of a log of 1 GB and ten million lines: `zstd -dc | sed -n` against our way.
// Prints ratios. The log is made once and kept in the cache directory (about 130 MB).
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import pg from 'pg';
import { startInstance } from './instance.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'forgejo-ci-toolkit/bench');
const lineCount = 10_000_000;
const file = join(cache, 'ten-million-lines.log.zst');
const index = join(cache, 'ten-million-lines.index');
/** The same with colours on every third line, as cargo and npm write them: those lines are not printed as they are stored. */
const colored = {
  file: join(cache, 'ten-million-lines-colored.log.zst'),
  index: join(cache, 'ten-million-lines-colored.index'),
};
const colors = ['\x1b[1m\x1b[32m', '\x1b[0m'];

/** Bundled into the checkout, so that the native zstd library is found as from an installation. */
async function bundle(name, contents) {
  const outfile = join(root, 'node_modules/.cache/forgejo-ci-toolkit', name);
  await build({
    stdin: { contents, resolveDir: root, loader: 'ts' },
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    external: ['@mongodb-js/zstd', 'pg'],
    logLevel: 'error',
  });
  return outfile;
}

async function make({ file, index }, isColored) {
  const { logTime, putVarint, seekTable, zstdFrame } = await import(
    await bundle('bench-make.mjs', `export * from './demo/forgejo/log.ts'`)
  );
  const out = await open(`${file}.part`, 'w');
  const indexOut = await open(`${index}.part`, 'w');
  const entries = [];
  let frames = [];
  let pending = [];
  let held = 0;
  let offset = 0;
  let varints = [];
  const flushFrames = async (all) => {
    const text = Buffer.concat(pending);
    let at = 0;
    for (; text.length - at >= 131_072 || (all && at < text.length); at += 131_072)
      frames.push(zstdFrame(text.subarray(at, at + 131_072)));
    for (const { bytes, entry } of await Promise.all(frames)) {
      entries.push(entry);
      await out.write(bytes);
    }
    frames = [];
    pending = [text.subarray(Math.min(at, text.length))];
    held = pending[0].length;
    await indexOut.write(Buffer.concat(varints));
    varints = [];
  };
  for (let line = 0; line < lineCount; line++) {
    const time = logTime(1_795_309_000 + Math.floor(line / 2000), (line * 4999) % 10_000_000);
    const noise = (Math.imul(line, 2_654_435_761) >>> 0).toString(36);
    const [on, off] = isColored(line) ? colors : ['', ''];
    const content = `${on}   Compiling${off} crate-${noise} v1.${line % 90}.${line % 7} (/workspace/alice/demo/crates/${line % 977}) ${noise}`;
    const bytes = Buffer.from(`${time} ${content}\n`);
    varints.push(putVarint(offset));
    pending.push(bytes);
    offset += bytes.length;
    held += bytes.length;
    if (held > 4 << 20) await flushFrames(false);
  }
  await flushFrames(true);
  await out.write(seekTable(entries));
  await out.close();
  await indexOut.close();
  renameSync(`${index}.part`, index);
  renameSync(`${file}.part`, file);
}

const reader = `
import { open } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { diskStore } from './src/doctor/logs/disk.ts';
import { readLog } from './src/doctor/logs/logs.ts';
import { LogPrinter, printPieces } from './src/doctor/logs/print.ts';
import { terminalIo } from './src/common/terminal.ts';
const [file, index, request] = process.argv.slice(2);
const { task, steps, selection, label } = JSON.parse(request!);
const handle = await open(index!);
const { size } = await handle.stat();
let reads = 0;
const answer = await readLog({
  task: { ...task, logFilename: basename(file!) }, steps, selection,
  storage: diskStore(dirname(file!)),
  index: {
    length: async () => size,
    read: async (offset, length) => { reads++; return (await handle.read(Buffer.alloc(Math.min(length, size - offset)), 0, undefined, offset)).buffer; },
  },
});
if (answer.kind === 'empty') throw new Error(answer.message);
const printer = new LogPrinter('build', answer.stepAt, { label, timestamps: label === 'none', escapes: false, strong: (text) => text });
await printPieces(answer.pieces, printer, terminalIo({}).write);
await handle.close();
const { lines, bytesRead, notes } = answer.summary();
process.stderr.write(JSON.stringify({ lines, bytesRead, notes, reads, memory: process.resourceUsage().maxRSS * 1024 }));
`;

const seconds = (start) => Number(process.hrtime.bigint() - start) / 1e9;
/** The best of several: what a busy machine adds says nothing about either side. */
const best = (count, command, args) => Math.min(...Array.from({ length: count }, () => run(command, args).time));

/** Runs a command to a file that is thrown away and gives its time in seconds and what it said on standard error. */
function run(command, args) {
  const start = process.hrtime.bigint();
  const done = spawnSync(command, args, { stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`${command} ended with ${done.status ?? done.error}: ${done.stderr}`);
  return { time: seconds(start), said: done.stderr };
}

if (spawnSync('zstd', ['--version']).error)
  throw new Error('This bench compares with the zstd command: install it first.');
mkdirSync(cache, { recursive: true });
for (const [log, isColored] of [
  [{ file, index }, () => false],
  [colored, (line) => line % 3 === 0],
])
  if (!existsSync(log.file) || !existsSync(log.index)) {
    console.log(`making a log of ${lineCount} lines in ${cache} …`);
    await make(log, isColored);
  }
const child = await bundle('bench-read.mjs', reader);
const textSize = (log) =>
  Number(/Decompressed Size:.*\((\d+) B\)/.exec(spawnSync('zstd', ['-lv', log], { encoding: 'utf8' }).stdout)[1]);
const logSize = textSize(file);

const step = (name, status, logIndex, logLength) => ({ name, status, started: 1, stopped: 2, logIndex, logLength });
const task = {
  id: 1,
  status: 2,
  started: 1,
  stopped: 2,
  logInStorage: true,
  logExpired: false,
  logLength: lineCount,
  logSize,
};
const cases = [
  {
    title: 'failed step near the end, 500 lines and the runner’s last 20',
    steps: [step('Build', 1, 3, lineCount - 523), step('Test', 2, lineCount - 520, 500)],
    selection: { failed: true },
    from: lineCount - 519,
    to: lineCount,
  },
  {
    title: 'failed step in the middle, 500 lines',
    steps: [step('Build', 1, 3, 4_999_997), step('Test', 2, 5_000_000, 500), step('Report', 1, 5_000_500, 4_999_480)],
    selection: { failed: true },
    from: 5_000_001,
    to: 5_000_500,
  },
  {
    title: 'last 100 lines',
    steps: [step('Build', 2, 3, lineCount - 23)],
    selection: { tail: 100 },
    from: lineCount - 99,
    to: lineCount,
  },
];

const mb = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`;
const ms = (time) => `${(time * 1000).toFixed(0)} ms`;
console.log(`log: ${mb(statSync(file).size)} stored, ${mb(logSize)} of text, line index ${mb(statSync(index).size)}`);
for (const { title, steps, selection, from, to } of cases) {
  const args = [child, file, index, JSON.stringify({ task, steps, selection, label: 'none' })];
  // In turns, so that a machine that is busy now and then is as slow for one as for the other.
  let [node, ours] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let round = 0; round < 9; round++) {
    node = Math.min(node, run(process.execPath, ['-e', '0']).time);
    ours = Math.min(ours, run(process.execPath, args).time);
  }
  const { lines, bytesRead, notes, reads, memory } = JSON.parse(run(process.execPath, args).said);
  if (lines !== to - from + 1 || notes.length > 0) throw new Error(`${title}: ${lines} lines, ${notes.join(' ')}`);
  const theirs = best(3, 'sh', ['-c', 'zstd -dc "$1" | sed -n "$2"', 'sh', file, `${from},${to}p`]);
  const over = ours - node;
  console.log(`${title}:`);
  console.log(`  zstd -dc | sed -n  ${ms(theirs)}`);
  console.log(
    `  ours               ${ms(ours)}, over \`node -e 0\` (${ms(node)}) ${ms(over)}: 1/${(theirs / over).toFixed(0)} (wanted: 1/20)`,
  );
  console.log(`  read ${mb(bytesRead)} with ${reads} reads of the index, peak memory ${mb(memory)} (wanted: 150 MB)`);
}
console.log('the whole log, secrets and terminal escapes taken care of:');
for (const [label, title, log] of [
  ['none', 'as it is stored', { file, index }],
  ['columns', 'JOB<TAB>STEP<TAB>LINE', { file, index }],
  ['none', 'as it is stored, every third line coloured', colored],
  ['columns', 'JOB<TAB>STEP<TAB>LINE, every third line coloured', colored],
]) {
  const request = { task: { ...task, logSize: textSize(log.file) }, steps: cases[0].steps, selection: {}, label };
  const args = [child, log.file, log.index, JSON.stringify(request)];
  // In turns, and both through a pipe.
  let [theirs, ours] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  let memory = 0;
  for (let round = 0; round < 5; round++) {
    theirs = Math.min(theirs, run('sh', ['-c', 'zstd -dc "$1" | cat >/dev/null', 'sh', log.file]).time);
    const { time, said } = run('sh', ['-c', '"$@" | cat >/dev/null', 'sh', process.execPath, ...args]);
    ours = Math.min(ours, time);
    memory = Math.max(memory, JSON.parse(said).memory);
  }
  console.log(
    `  ${title}: zstd -dc ${ms(theirs)}, ours ${ms(ours)}: ${(ours / theirs).toFixed(1)} times (wanted: 1.5), peak memory ${mb(memory)} (wanted: 200 MB)`,
  );
}

// The command itself, with the line index in a real database: what it takes over and above a node that asks SELECT 1.
console.log('starting the instance (made at the first run, which takes some minutes) …');
const instance = await startInstance();
try {
  const client = new pg.Client({ connectionString: instance.url });
  await client.connect();
  const runId = await insertRun(client, cases[0].steps).finally(() => client.end());
  const selectOne = await bundle(
    'bench-select.mjs',
    `import pg from 'pg'; const c = new pg.Client({ connectionString: process.env.CI_DOCTOR_DATABASE_URL }); await c.connect(); await c.query('SELECT 1'); await c.end();`,
  );
  process.env.CI_DOCTOR_DATABASE_URL = instance.url;
  // Reading a file of extra certificates doubles the start of every node; it is no part of what is compared.
  delete process.env.NODE_EXTRA_CA_CERTS;
  const command = [join(root, 'dist/ci-doctor.js'), 'logs', String(runId), '--failed', '--log-dir', cache];
  let [one, ours] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let round = 0; round < 9; round++) {
    one = Math.min(one, run(process.execPath, [selectOne]).time);
    ours = Math.min(ours, run(process.execPath, command).time);
  }
  const theirs = best(3, 'sh', ['-c', 'zstd -dc "$1" | sed -n "$2"', 'sh', file, `${cases[0].from},${cases[0].to}p`]);
  console.log('ci-doctor logs RUN --failed, the line index in PostgreSQL:');
  console.log(`  zstd -dc | sed -n  ${ms(theirs)}`);
  console.log(
    `  ci-doctor          ${ms(ours)}, over node with SELECT 1 (${ms(one)}) ${ms(ours - one)}: 1/${(theirs / (ours - one)).toFixed(0)} (wanted: 1/20)`,
  );
} finally {
  await instance.stop();
}

/** A failed run whose task has the long log, at the end of the instance; the one of an earlier bench is replaced. */
async function insertRun(client, steps) {
  await client.query(
    `WITH run AS (DELETE FROM action_run WHERE title = 'ten million lines' RETURNING id),
       job AS (DELETE FROM action_run_job WHERE run_id IN (SELECT id FROM run) RETURNING id),
       task AS (DELETE FROM action_task WHERE log_filename = 'ten-million-lines.log.zst' RETURNING id)
     DELETE FROM action_task_step WHERE task_id IN (SELECT id FROM task)`,
  );
  const copy = async (table, changes) => {
    const { rows } = await client.query(`SELECT * FROM ${table} ORDER BY id DESC LIMIT 1`);
    const row = { ...rows[0], ...changes, id: Number(rows[0].id) + 1 };
    const columns = Object.keys(row);
    await client.query(
      `INSERT INTO ${table} (${columns.map((column) => `"${column}"`).join(', ')}) VALUES (${columns.map((_, at) => `$${at + 1}`).join(', ')})`,
      Object.values(row),
    );
    return row.id;
  };
  const { rows } = await client.query('SELECT max("index") + 1 AS next FROM action_run');
  const newRun = await copy('action_run', { title: 'ten million lines', status: 2, index: rows[0].next });
  const job = await copy('action_run_job', { run_id: newRun, status: 2, task_id: 0, attempt: 1, needs: 'null' });
  const newTask = await copy('action_task', {
    job_id: job,
    attempt: 1,
    status: 2,
    log_filename: 'ten-million-lines.log.zst',
    log_in_storage: true,
    log_expired: false,
    log_length: lineCount,
    log_size: logSize,
    log_indexes: readFileSync(index),
    token_hash: `bench ${Date.now()}`,
  });
  await client.query('UPDATE action_run_job SET task_id = $1 WHERE id = $2', [newTask, job]);
  for (const [at, { name, status, logIndex, logLength }] of steps.entries())
    await copy('action_task_step', {
      name,
      task_id: newTask,
      index: at,
      status,
      log_index: logIndex,
      log_length: logLength,
    });
  return newRun;
}
