import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { buildInstance, type Instance, loadInstance, writeLogs } from '../../demo/forgejo/instance.ts';
import { type BuiltLog, buildLog, logTime, seekableZstd } from '../../demo/forgejo/log.ts';
import { plain } from '../../src/common/output/style.ts';
import { embeddedDatabase, type TestDatabase } from '../support/database.ts';
import { doctor } from '../support/doctor.ts';

let database: TestDatabase;
let instance: Instance;
let logs: string;

beforeAll(async () => {
  instance = buildInstance({ generation: 'v17', now: Math.floor(Date.now() / 1_000), size: 20 });
  database = await embeddedDatabase();
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await loadInstance(client, instance, { schema: database.schema });
  await client.end();
  logs = await mkdtemp(join(tmpdir(), 'follow-'));
  await writeLogs(instance, logs);
});
afterAll(() => rm(logs, { recursive: true, force: true }));

describe('a job that is followed', () => {
  const start = 1_795_309_000;
  const entries = Array.from({ length: 900 }, (_, line) => ({
    time: logTime(start + line),
    content:
      line === 500 ? 'MY_PASSWORD=correct-horse' : `line ${line} ${(line * 7919) % 997} ${'.'.repeat(line % 200)}`,
  }));
  const log: BuiltLog = buildLog(entries);
  const texts = entries.map(({ content }) => content.replace('correct-horse', '***'));
  const name = () => String(instance.runs.stuck.task.row.log_filename);
  const run = (argv: readonly string[], pause: () => Promise<void>) =>
    doctor(
      database.url,
      [
        'logs',
        String(instance.runs.stuck.run.id),
        '--job',
        String(instance.runs.stuck.job.id),
        '--log-dir',
        logs,
        ...argv,
      ],
      { schema: database.schema, pause, view: { layout: 'tsv', style: plain, columns: 200 } },
    );
  const task = () => instance.runs.stuck.task.id;

  /** The runner's report: so much of the log is in DBFS now. What the row says may lag behind. */
  async function written(bytes: number, known = bytes): Promise<void> {
    const text = log.text.subarray(0, bytes);
    const [meta] = await database.query<{ id: number }>('SELECT id FROM dbfs_meta WHERE full_path = $1', [path()]);
    await database.query('UPDATE dbfs_meta SET file_size = $2 WHERE id = $1', [meta!.id, bytes]);
    await database.query('DELETE FROM dbfs_data WHERE meta_id = $1', [meta!.id]);
    for (let at = 0; at < bytes; at += 32_768)
      await database.query(
        'INSERT INTO dbfs_data (revision, meta_id, blob_offset, blob_size, blob_data) VALUES (1, $1, $2, 0, $3)',
        [meta!.id, at, text.subarray(at, at + 32_768)],
      );
    const lines = log.text.subarray(0, known).toString('latin1').split('\n').length - 1;
    await database.query('UPDATE action_task SET log_size = $2, log_length = $3 WHERE id = $1', [task(), known, lines]);
    await database.query(
      'UPDATE action_task_step SET log_length = greatest(0, $2 - log_index) WHERE task_id = $1 AND status = 6',
      [task(), lines],
    );
  }
  const path = () => `4:actions_log/${name()}`;

  /** As the server moves it: file, row, and the database's own copy last. */
  async function stored(): Promise<void> {
    await mkdir(dirname(join(logs, name())), { recursive: true });
    await writeFile(join(logs, name()), await seekableZstd(log.text, 20_000));
    await database.query('UPDATE action_task SET log_in_storage = true, log_size = $2, log_length = $3 WHERE id = $1', [
      task(),
      log.size,
      log.length,
    ]);
    await database.query('DELETE FROM dbfs_data WHERE meta_id = (SELECT id FROM dbfs_meta WHERE full_path = $1)', [
      path(),
    ]);
    await database.query('DELETE FROM dbfs_meta WHERE full_path = $1', [path()]);
  }
  const ended = (status: number) =>
    database.query('UPDATE action_task SET status = $2, stopped = $3 WHERE id = $1', [task(), status, start]);

  let rows: { meta: Record<string, unknown>[] };
  beforeEach(async () => {
    rows ??= { meta: await database.query('SELECT * FROM dbfs_meta WHERE full_path = $1', [path()]) };
    await database.query('DELETE FROM dbfs_meta WHERE full_path = $1', [path()]);
    const meta = rows.meta[0]!;
    await database.query(
      `INSERT INTO dbfs_meta (${Object.keys(meta).join(', ')}) VALUES (${Object.keys(meta)
        .map((_, at) => `$${at + 1}`)
        .join(', ')})`,
      Object.values(meta),
    );
    await database.query('UPDATE action_task SET log_in_storage = false, status = 6, stopped = 0 WHERE id = $1', [
      task(),
    ]);
    await rm(join(logs, name()), { force: true });
    await written(0);
  });

  /** Plays one step of a story at each look; a look too many is an error, not an endless test. */
  const story = (...steps: (() => Promise<unknown>)[]) => {
    let at = 0;
    return async () => {
      const next = steps[at++];
      if (!next) throw new Error('It goes on looking after the end.');
      await next();
    };
  };
  const shown = (out: string) =>
    out
      .split('\n')
      .slice(0, -1)
      .map((line) => line.split('\t')[2]);

  test('is printed to its end over the move to the storage: no line is lost or given twice', async () => {
    const half = Math.floor(log.size / 2);
    const answer = await run(
      ['--follow'],
      story(
        () => written(100),
        // In the middle of a line, and ahead of the row.
        () => written(half, half - 5_000),
        () => written(half),
        async () => {},
        () => written(log.size - 10_000),
        async () => {
          await ended(1);
          await stored();
        },
      ),
    );
    expect(answer.err).toBe('');
    expect(shown(answer.out)).toEqual(texts);
    expect(answer.exit).toBe(0);
  });

  test.each([
    ['success', 1, 0],
    ['failure', 2, 1],
    ['cancelled', 3, 1],
  ])('ends with the result of the task: %s', async (_, status, exit) => {
    const answer = await run(
      ['--follow', '--tail', '3'],
      story(
        () => written(log.size),
        () => ended(status),
        async () => {},
        stored,
      ),
    );
    expect(answer.exit).toBe(exit);
    expect(shown(answer.out).slice(-2)).toEqual(texts.slice(-2));
  });

  test('what the runner sends after a cancel is waited for', async () => {
    const answer = await run(
      ['--follow'],
      story(
        () => written(log.text.lastIndexOf('\n', log.size - 2_000) + 1),
        () => ended(3),
        async () => {},
        async () => {},
        async () => {},
        () => written(log.size),
        stored,
      ),
    );
    expect(shown(answer.out)).toEqual(texts);
    expect(answer).toMatchObject({ exit: 1, err: '' });
  });

  test('whose end is already stored when the first look comes', async () => {
    await written(log.size);
    await ended(2);
    await stored();
    const answer = await run(['--follow', '--tail', '20', '--grep', 'line 89'], story());
    expect(answer.exit).toBe(1);
    expect(shown(answer.out)).toEqual(texts.slice(-20).filter((text) => text.includes('line 89')));
  });

  test('is left where its end never comes, with a word', async () => {
    await written(2_000);
    await database.query('UPDATE action_task SET log_size = $2 WHERE id = $1', [task(), log.size]);
    await ended(2);
    const answer = await run(['--follow'], async () => {});
    expect(answer.exit).toBe(1);
    expect(answer.err).toMatch(/The end of the log is missing: \d+ of \d+ bytes could be read/);
  });
});

describe('lines are chosen and shaped', () => {
  const run = (...argv: string[]) =>
    doctor(
      database.url,
      [
        'logs',
        String(instance.runs.failed.run.id),
        '--job',
        String(instance.runs.failed.job.id),
        '--log-dir',
        logs,
        ...argv,
      ],
      {
        schema: database.schema,
      },
    );
  const stored = async () => {
    const [row] = await database.query<{ log_filename: string }>(
      'SELECT log_filename FROM action_task WHERE job_id = $1 ORDER BY id DESC LIMIT 1',
      [instance.runs.failed.job.id],
    );
    const { server } = instance;
    return server.storedLogs.get(row!.log_filename)!;
  };

  test('--raw is what Forgejo stores', async () => {
    expect((await run('--raw')).out === (await stored()).toString()).toBe(true);
  });

  test('--timestamps keeps the times, --grep and --since choose by text and time', async () => {
    const lines = (await stored()).toString().split('\n').slice(0, -1);
    const last = lines.at(-1)!.slice(0, 19);
    const { out } = await run('--timestamps', '--since', `${last}Z`, '--grep', 'fail|Job');
    expect(out.split('\n').filter((line) => /^\d{4}-/.test(line))).toEqual(
      lines.filter((line) => line.slice(0, 19) >= last && /fail|Job/.test(line.slice(29))),
    );
    expect(await run('--grep', '(')).toMatchObject({
      exit: 64,
      err: expect.stringMatching(/--grep "\(" is no regular expression/),
    });
    expect(await run('--grep', '(y+)+$x')).toMatchObject({
      exit: 64,
      err: expect.stringMatching(/--grep "\(y\+\)\+\$x" is refused: /),
    });
  });

  test('where no line matches, that is said, and the exit code is 2', async () => {
    for (const argv of [
      ['--grep', 'no such line'],
      ['--since', '1m', '--grep', 'e'],
    ]) {
      const answer = await run(...argv, '--json');
      expect(answer).toMatchObject({ exit: 2, err: expect.stringMatching(/^No line matches --grep/) });
      expect(answer.json).toMatchObject({ empty: { reason: 'no-match' }, jobs: [{ lines: [], log: { lines: 0 } }] });
      expect(await run(...argv)).toMatchObject({ exit: 2, out: '' });
    }
    const one = await run('--grep', 'Job .* failed', '--json');
    expect(one.exit).toBe(0);
    expect(one.json.jobs[0].log.lines).toBe(one.json.jobs[0].lines.length);
  });

  test('a name of a job that has more lines or a tab stands in one column', async () => {
    const { id, row } = instance.runs.failed.job;
    await database.query('UPDATE action_run_job SET name = $2 WHERE id = $1', [id, 'build\n\tagain']);
    const { out } = await doctor(
      database.url,
      ['logs', String(instance.runs.failed.run.id), '--job', String(id), '--log-dir', logs, '--tail', '1'],
      { schema: database.schema, view: { layout: 'tsv', style: plain, columns: 200 } },
    );
    await database.query('UPDATE action_run_job SET name = $2 WHERE id = $1', [id, row.name]);
    expect(out).toMatch(/^build again\t[^\t\n]+\t[^\t\n]+\n$/);
  });

  test('a job that was cancelled before a runner took it is not said to wait for one', async () => {
    const { queued } = instance.runs;
    const jobs = 'WHERE run_id = $1 AND (task_id = 0 OR task_id IS NULL)';
    const before = await database.query<{ id: number; status: number }>(
      `SELECT id, status FROM action_run_job ${jobs}`,
      [queued.id],
    );
    await database.query(`UPDATE action_run_job SET status = 3 ${jobs}`, [queued.id]);
    const answer = await doctor(database.url, ['logs', String(queued.id), '--log-dir', logs], {
      schema: database.schema,
    });
    for (const { id, status } of before)
      await database.query('UPDATE action_run_job SET status = $2 WHERE id = $1', [id, status]);
    expect(answer.err).toContain('cancelled before a runner took it');
    expect(answer.err).not.toContain('ci-doctor stuck');
  });

  test('--download writes the log as it is stored, without secrets, and nothing else', async () => {
    const directory = join(logs, 'downloaded', 'here');
    const answer = await run('--download', directory, '--json');
    const [file] = await readdir(directory);
    expect(await readdir(directory)).toEqual([file]);
    expect(answer.json.jobs[0]).toMatchObject({ file: join(directory, file!), lines: [], empty: null });
    expect((await readFile(join(directory, file!))).equals(await stored())).toBe(true);
    // A disk that is full.
    await symlink('/dev/full', join(directory, `${file}.part`));
    expect(await run('--download', directory)).toMatchObject({
      exit: 2,
      err: expect.stringMatching(/ENOSPC.*\nnext: {2}Make room on that file system/),
    });
  });

  test.each([
    [['--follow', '--json'], /--follow and --json exclude each other/],
    [['--follow', '--download', 'x'], /--follow and --download/],
    [['--download', 'x', '--grep', 'y'], /--download writes whole logs/],
  ])('%j is refused', async (argv, message) => {
    expect(await run(...argv)).toMatchObject({ exit: 64 });
    const { err, out } = await run(...argv);
    expect(err + out).toMatch(message);
  });
});
