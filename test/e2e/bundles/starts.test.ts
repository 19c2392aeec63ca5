import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { actionNames } from '../../support/action-files.ts';
import { runtimes } from '../../support/node-versions.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));

let place: string;
beforeAll(() => {
  place = mkdtempSync(join(tmpdir(), 'forgejo-ci-toolkit-bundle-'));
  for (const name of actionNames) cpSync(join(root, 'actions', name, 'dist'), join(place, name), { recursive: true });
});
afterAll(() => rmSync(place, { recursive: true, force: true }));

describe.each(runtimes)('alone in a directory, on $name', ({ command }) => {
  test.each(actionNames)('the bundle of %s loads, and knows its verbs', (name) => {
    const [program, ...args] = command();
    const env = { PATH: '/usr/bin:/bin', HOME: place, INPUT_COMMAND: 'no-such-verb', INPUT_VERB: 'no-such-verb' };
    const cwd = join(place, name);
    const { status, stdout, stderr } = spawnSync(program!, [...args, 'index.mjs'], { cwd, env, encoding: 'utf8' });
    expect(stdout, stderr).toContain(`is "no-such-verb", which ${name} does not know`);
    expect(stdout).toMatch(/^next: {2}Use one of: /m);
    expect(status).toBe(64);
  });
});
