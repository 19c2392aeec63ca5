import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findConfig, flatValues } from '../../src/common/config.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'config-'));
  await mkdir(join(directory, '.forgejo'));
});
afterEach(() => rm(directory, { recursive: true }));
const put = async (name: string, text: string) => {
  await writeFile(join(directory, name), text);
  return join(directory, name);
};

test("the repository's root goes before .forgejo; without either there is none", async () => {
  expect(await findConfig(undefined, 'tool.yaml', directory)).toBeUndefined();
  await put('.forgejo/tool.yaml', 'a: 1');
  expect(await findConfig(undefined, 'tool.yaml', directory)).toMatchObject({ values: { a: 1 } });
  await put('tool.yaml', 'a: 2');
  expect(await findConfig(undefined, 'tool.yaml', directory)).toEqual({
    path: join(directory, 'tool.yaml'),
    values: { a: 2 },
  });
});

test('a named file is the one', async () => {
  await put('tool.yaml', 'a: 1');
  const other = await put('other.yaml', '');
  expect(await findConfig(other, 'tool.yaml', directory)).toEqual({ path: other, values: {} });
  await expect(findConfig(join(directory, 'gone.yaml'), 'tool.yaml', directory)).rejects.toMatchObject({
    kind: 'usage',
    message: expect.stringMatching(/gone\.yaml cannot be read \(ENOENT/),
  });
});

test.each(['- a', 'text', '3'])('%j is not a mapping', async (text) => {
  const file = await put('tool.yaml', text);
  await expect(findConfig(file, '', directory)).rejects.toMatchObject({
    kind: 'usage',
    message: expect.stringMatching(file),
  });
});

test('a syntax error names its line and quotes nothing of the file', async () => {
  const file = await put('tool.yaml', 'a: 1\nopen: [sesame-now\nb: 2\n');
  const error = await findConfig(file, '', directory).catch((thrown) => thrown);
  expect(error).toMatchObject({ kind: 'usage', message: expect.stringMatching(/line \d/) });
  expect(`${error.message} ${error.cause}`).not.toMatch(/sesame/);
});

test('flat values are texts; an unknown key names the nearest', () => {
  const file = (values: Record<string, unknown>) => ({ path: 'f.yaml', values });
  const known = ['app-ini', 'zombie-timeout'];
  expect([...flatValues(file({ 'app-ini': '/a', 'zombie-timeout': 90 }), known)]).toEqual([
    ['app-ini', '/a'],
    ['zombie-timeout', '90'],
  ]);
  expect(() => flatValues(file({ 'app-inn': '/a' }), known)).toThrow(
    /f\.yaml: unknown key "app-inn"; did you mean "app-ini"/,
  );
  expect(() => flatValues(file({ qqq: 1 }), known)).toThrow(/unknown key "qqq"\.$/);
  expect(() => flatValues(file({ 'app-ini': ['/a'] }), known)).toThrow(/"app-ini" must be a text/);
});
