import type { Forgejo } from './client.ts';
import type { Answer, KnownRoute, RequestOptions, Rest } from './types.ts';

/** Routes by name. What is not here is as near: `forgejo.request('GET /…')`. */
const table = {
  actions: {
    listRuns: 'GET /repos/{owner}/{repo}/actions/runs',
    // Not …/actions/workflows/{file}/runs, as some guides have it: that is answered with 404.
    dispatchWorkflow: 'POST /repos/{owner}/{repo}/actions/workflows/{workflowfilename}/dispatches',
    getRun: 'GET /repos/{owner}/{repo}/actions/runs/{run_id}',
    cancelRun: 'POST /repos/{owner}/{repo}/actions/runs/{run_id}/cancel',
    deleteRun: 'DELETE /repos/{owner}/{repo}/actions/runs/{run_id}',
    listJobs: 'GET /repos/{owner}/{repo}/actions/runs/{run_id}/jobs',
    getRunLogs: 'GET /repos/{owner}/{repo}/actions/runs/{run_id}/logs',
    getJobLog: 'GET /repos/{owner}/{repo}/actions/jobs/{job_id}/logs',
    listTasks: 'GET /repos/{owner}/{repo}/actions/tasks',
    listArtifacts: 'GET /repos/{owner}/{repo}/actions/runs/{run_id}/artifacts',
    listRunners: 'GET /repos/{owner}/{repo}/actions/runners',
    listWaitingJobs: 'GET /repos/{owner}/{repo}/actions/runners/jobs',
    listSecrets: 'GET /repos/{owner}/{repo}/actions/secrets',
    setSecret: 'PUT /repos/{owner}/{repo}/actions/secrets/{secretname}',
    deleteSecret: 'DELETE /repos/{owner}/{repo}/actions/secrets/{secretname}',
    listVariables: 'GET /repos/{owner}/{repo}/actions/variables',
    createVariable: 'POST /repos/{owner}/{repo}/actions/variables/{variablename}',
    updateVariable: 'PUT /repos/{owner}/{repo}/actions/variables/{variablename}',
    deleteVariable: 'DELETE /repos/{owner}/{repo}/actions/variables/{variablename}',
  },
  repos: {
    get: 'GET /repos/{owner}/{repo}',
    listCommits: 'GET /repos/{owner}/{repo}/commits',
    listBranches: 'GET /repos/{owner}/{repo}/branches',
    getBranch: 'GET /repos/{owner}/{repo}/branches/{branch}',
    createStatus: 'POST /repos/{owner}/{repo}/statuses/{sha}',
    getStatus: 'GET /repos/{owner}/{repo}/commits/{ref}/status',
    getContents: 'GET /repos/{owner}/{repo}/contents/{filepath}',
    getFile: 'GET /repos/{owner}/{repo}/raw/{filepath}',
  },
  issues: {
    list: 'GET /repos/{owner}/{repo}/issues',
    get: 'GET /repos/{owner}/{repo}/issues/{index}',
    create: 'POST /repos/{owner}/{repo}/issues',
    edit: 'PATCH /repos/{owner}/{repo}/issues/{index}',
    listComments: 'GET /repos/{owner}/{repo}/issues/{index}/comments',
    comment: 'POST /repos/{owner}/{repo}/issues/{index}/comments',
  },
  admin: {
    listCrons: 'GET /admin/cron',
    runCron: 'POST /admin/cron/{task}',
    listRunners: 'GET /admin/actions/runners',
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, KnownRoute>>>>;

type Table = typeof table;
type Call<R extends KnownRoute> = (...rest: Rest<R, RequestOptions>) => Promise<Answer<R>>;

export type Namespaces = {
  readonly [N in keyof Table]: {
    readonly [M in keyof Table[N]]: Table[N][M] extends KnownRoute ? Call<Table[N][M]> : never;
  };
};

export function namespaces({ request }: Pick<Forgejo, 'request'>): Namespaces {
  const bind = (routes: Readonly<Record<string, KnownRoute>>) =>
    Object.fromEntries(
      Object.entries(routes).map(([name, route]) => [
        name,
        (params?: Record<string, unknown>, options?: RequestOptions) => request(route, params as never, options),
      ]),
    );
  return Object.fromEntries(Object.entries(table).map(([name, routes]) => [name, bind(routes)])) as never;
}
