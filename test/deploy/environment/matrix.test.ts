// biome-ignore-all lint/suspicious/noTemplateCurlyInString: what a person writes into deploy.yaml.
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { environmentTool } from '../../support/environment-tool.ts';

let root: string;
const services = {
  'web.b': { source: "${env:OUT}/it's web", target: '/opt/web.b', restart: 'none' },
  Web_b: { source: 'web', target: '/opt/web_b', restart: 'none' },
};
const hosts: unknown[] = [{ name: 'box', via: 'incus:box' }];
const env = { OUT: 'target/s3cr3t' };
const argv = (...more: string[]) => ['matrix', 'test', '--build', 'make', ...more];
const matrix = (...more: string[]) => environmentTool(root, argv(...more), { env });
const configure = (environment: object) =>
  writeFile(join(root, 'deploy.yaml'), JSON.stringify({ services, environments: { test: environment } }));

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'matrix-'));
  await mkdir(join(root, '.git'));
  await configure({ hosts, snapshot: { keep: 1 } });
});
afterAll(async () => await rm(root, { recursive: true }));

test('what is printed is what is written, byte by byte, and a dry run writes nothing', async () => {
  const output = join(root, 'out.yaml');
  const dry = await matrix('--output', output, '--dry-run');
  await expect(readFile(output)).rejects.toMatchObject({ code: 'ENOENT' });
  await matrix('--output', output);
  const written = await readFile(output, 'utf8');
  expect(written).toContain('header = "Authorization: token %s"');
  expect((await matrix()).stdout).toBe(written);
  expect(dry.stdout).toBe(written);
  expect((await matrix('--json')).json.workflow).toBe(written);
});

test('no value of the environment is in it, a snapshot is taken once, and services with like names stay apart', async () => {
  const { workflow } = (await matrix('--json')).json;
  expect(workflow).not.toContain('s3cr3t');
  const { jobs } = parse(workflow);
  expect(Object.keys(jobs)).toEqual(['publish', 'web_b-1', 'Web_b_2-1']);
  const [, fetch, first] = jobs['web_b-1'].steps;
  expect(fetch.run).toContain(`"$OUT"'/it'\\''s web'`);
  expect(fetch.env).toMatchObject({ OUT: '${{ secrets.OUT }}', SHA256: '${{ needs.publish.outputs.web_b }}' });
  expect(first.with).toMatchObject({ config: 'deploy.yaml', hosts: 'box' });
  expect(first.with).not.toHaveProperty('snapshot-of');
  expect(jobs['Web_b_2-1'].steps.at(-1).with).toMatchObject({ 'snapshot-of': 'none' });
});

test('an address that comes from the environment needs a name', async () => {
  await configure({ hosts: ['${env:OUT}'] });
  const { exit, json } = await environmentTool(root, argv('--json'), { env: { OUT: 'a.example' } });
  expect(exit).toBe(64);
  expect(json.error.message).toContain('comes from the environment');
});
