import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { describe, expect, expectTypeOf, test } from 'vitest';
import type { Forgejo, Item, KnownRoute, Params } from '../../src/forgejo/index.ts';
import { routeFacts } from '../../src/forgejo/index.ts';
import type { ActionRun, ActionTask, Branch, Issue } from '../../src/forgejo/routes.ts';
import { recorded, recordedFolder } from '../support/recorded.ts';

interface Spec {
  readonly paths: Record<string, Record<string, unknown>>;
}

const servers =
  recordedFolder === undefined
    ? []
    : readdirSync(recordedFolder).filter((name) => existsSync(`${recordedFolder}/${name}/swagger.v1.json`));

describe.skipIf(servers.length === 0)('against what live servers say of themselves', () => {
  const specs = new Map<string, Spec>(servers.map((name) => [name, JSON.parse(recorded(`${name}/swagger.v1.json`))]));
  const shape = (path: string) => path.replace(/\{\w+\}/g, '{}');
  const operation = (spec: Spec, route: string) => {
    const [method, path] = route.split(' ') as [string, string];
    const found = Object.entries(spec.paths).find(([other]) => shape(other) === shape(path));
    return found?.[1][method.toLowerCase()];
  };

  test.each(servers)('%s has every route of its version and before, and none that came later', (name) => {
    const version = Number(/^v(\d+)/.exec(name)![1]);
    const spec = specs.get(name)!;
    for (const [route, { since = 0 }] of Object.entries(routeFacts))
      expect(operation(spec, route) !== undefined, `${route} (since ${since})`).toBe(since <= version);
  });

  test('their parameters, bodies and answers are what the types say', () => {
    const files = servers.map((name) => `${recordedFolder}/${name}/swagger.v1.json`);
    const { status, stderr } = spawnSync(process.execPath, ['scripts/forgejo-routes.mjs', '--check', ...files]);
    expect(status, stderr.toString()).toBe(0);
  });
});

describe('types', () => {
  type Api = Pick<Forgejo, 'request' | 'paginate' | 'actions'>;
  // Never called: the compiler is the test.
  const uses = async ({ request, paginate, actions }: Api) => {
    const place = { owner: 'org', repo: 'app' };
    const answer = await request('GET /repos/{owner}/{repo}/actions/runs', { ...place, limit: 5, status: ['failure'] });
    expectTypeOf(answer.workflow_runs).toEqualTypeOf<readonly ActionRun[] | null>();
    expectTypeOf(await request('GET /version')).toEqualTypeOf<{ readonly version: string }>();
    expectTypeOf(await actions.getRunLogs({ ...place, run_id: 1 })).toEqualTypeOf<Uint8Array>();
    expectTypeOf(await request('GET /topics/search', { q: 'x' })).toEqualTypeOf<unknown>();
    for await (const task of paginate('GET /repos/{owner}/{repo}/actions/tasks', place, { max: 3 }))
      expectTypeOf(task).toEqualTypeOf<ActionTask>();
    // @ts-expect-error repo is missing
    await request('GET /repos/{owner}/{repo}/actions/runs', { owner: 'org' });
    // @ts-expect-error a run's id is a number
    await actions.getRun({ ...place, run_id: '7' });
    // @ts-expect-error ref is required
    await actions.dispatchWorkflow({ ...place, workflowfilename: 'a.yaml' });
    // @ts-expect-error no such parameter
    await actions.listRuns({ ...place, per_page: 5 });
    // @ts-expect-error a route begins with its method
    await request('/version');
  };

  test('the items of a list are known, wrapped or not', () => {
    expect(uses).toBeTypeOf('function');
    expectTypeOf<Item<'GET /repos/{owner}/{repo}/branches'>>().toEqualTypeOf<Branch>();
    expectTypeOf<Item<'GET /repos/{owner}/{repo}/issues'>>().toEqualTypeOf<Issue>();
    expectTypeOf<Params<'POST /admin/cron/{task}'>>().toEqualTypeOf<{ task: string }>();
    expectTypeOf<KnownRoute>().toExtend<string>();
  });
});
