import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Connection } from '../../../../src/deploy/connection.ts';
import { deployHost } from '../../../../src/deploy/deploy.ts';
import { localHost } from '../../../../src/deploy/host/local.ts';
import { readSource } from '../../../../src/deploy/source.ts';
import { fileAlone } from '../../../support/file-alone.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'slow-link-'));
  await mkdir(join(root, 'bin'));
});
afterEach(async () => await rm(root, { recursive: true }));

/** What a rebuild is like: the same code, with every address in it moved. */
function program(moved: number): Buffer {
  const content = Buffer.from(code);
  for (let at = 0; at + 4 <= content.length; at += 128) content.writeUInt32LE(at * 7 + moved, at);
  return Buffer.concat([Buffer.from('#!/bin/sh\n'), content]);
}
const code = randomBytes(12_000_000);

test('a host remembers how fast its link is, and gets a denser delta over a slow one', async () => {
  const local = localHost({ PATH: process.env.PATH, HOME: root });
  const connection = new Connection('far', async () => ({ ...local, networked: true }), { attempts: 1, pauseMs: 1 });
  const settings = fileAlone(join(root, 'app'), join(root, 'bin/app'));
  const deploy = async (moved: number) => {
    await writeFile(settings.source, program(moved), { mode: 0o755 });
    const source = await readSource(settings.source, local, join(root, 'cache'));
    const report = { begin() {}, end() {}, progress() {} };
    const result = await deployHost(connection, source, { settings, local, report });
    expect(result).toMatchObject({ outcome: 'deployed', error: null });
    await source.supply.close();
    expect((await readFile(settings.target)).equals(program(moved))).toBe(true);
    return result.bytesSent;
  };
  const statePath = join(root, 'bin/.app.deploy/state');
  const state = async () => JSON.parse(await readFile(statePath, 'utf8'));

  expect(await deploy(1)).toBeGreaterThan(12_000_000);
  const { rate } = await state();
  expect(rate).toBeGreaterThan(0);
  await writeFile(statePath, JSON.stringify({ ...(await state()), rate: 100_000_000 }));
  const quick = await deploy(2);
  await writeFile(statePath, JSON.stringify({ ...(await state()), rate: 1_000_000 }));
  const dense = await deploy(3);
  expect(quick).toBeLessThan(6_000_000);
  expect(dense).toBeLessThan(quick * 0.8);
  expect((await state()).rate).toBe(1_000_000);
});
