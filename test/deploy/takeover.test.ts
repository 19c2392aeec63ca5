import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { unknown } from '../../src/common/errors.ts';
import { Connection } from '../../src/deploy/connection.ts';
import { deployHost } from '../../src/deploy/deploy.ts';
import { localHost } from '../../src/deploy/host/local.ts';
import { readSource } from '../../src/deploy/source.ts';
import { fileAlone } from '../support/file-alone.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'takeover-'));
  await mkdir(join(root, 'bin'));
});
afterEach(async () => await rm(root, { recursive: true }));

/** @param meanwhile what goes on at the target when the connection breaks in the middle of the first transfer */
async function deploy(meanwhile: () => Promise<void>) {
  const local = localHost({ PATH: process.env.PATH, HOME: root });
  let transfers = 0;
  const run: typeof local.run = async (argv, options) => {
    if (argv.some((word) => word.endsWith('.part')) && ++transfers === 1) {
      await meanwhile();
      throw unknown('here: the connection is gone', 'Try again.');
    }
    return await local.run(argv, options);
  };
  const connection = new Connection('here', async () => ({ ...local, run }), { attempts: 2, pauseMs: 1 });
  await writeFile(join(root, 'app'), '#!/bin/sh\n', { mode: 0o755 });
  const settings = fileAlone(join(root, 'app'), join(root, 'bin/app'));
  const source = await readSource(settings.source, local, join(root, 'cache'));
  const report = { begin() {}, end() {}, progress() {} };
  return { result: await deployHost(connection, source, { settings, local, report }), transfers };
}

test('a transfer that was cut goes on while the lock is ours', async () => {
  const { result, transfers } = await deploy(async () => {});
  expect(result).toMatchObject({ outcome: 'deployed', error: null });
  expect(transfers).toBe(2);
});

test('one whose lock another deploy took over meanwhile leaves that one alone', async () => {
  const staged = join(root, 'bin/.app.deploy/staged');
  const { result, transfers } = await deploy(async () => {
    const owner = join(root, 'bin/.app.deploy/lock/owner');
    await writeFile(owner, (await readFile(owner, 'utf8')).replace(/"token":"\w+/, '"token":"another'));
    await writeFile(staged, 'theirs');
  });
  expect(result).toMatchObject({
    outcome: 'failed',
    error: expect.stringMatching(/another deploy has taken over the lock[^\n]*$/),
  });
  expect(transfers).toBe(1);
  expect(await readFile(staged, 'utf8')).toBe('theirs');
});
