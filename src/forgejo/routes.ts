// Written by scripts/forgejo-routes.mjs from the descriptions of 2 servers: change that, not this.
// Fields that not every release answers with are optional. Go writes null for an empty list, a missing object, a missing time.

/** What a route takes, by name whether it stands in the path, the query or the body, and what it answers with. */
interface Described<Params, Answer> {
  readonly params: Params;
  readonly answer: Answer;
}

export interface Routes {
  'GET /actions/run': Described<Record<never, never>, ActionRun>;
  'GET /admin/actions/runners': Described<
    { visible?: boolean; page?: number; limit?: number },
    readonly ActionRunner[] | null
  >;
  'POST /admin/actions/runners': Described<Record<never, never> & RegisterRunnerOptions, RegisterRunnerResponse>;
  'GET /admin/actions/runners/jobs': Described<{ labels?: string }, readonly ActionRunJob[] | null>;
  'GET /admin/actions/runners/registration-token': Described<Record<never, never>, RegistrationToken>;
  'GET /admin/actions/runners/{runner_id}': Described<{ runner_id: string }, ActionRunner>;
  'DELETE /admin/actions/runners/{runner_id}': Described<{ runner_id: string }, undefined>;
  'GET /admin/cron': Described<{ page?: number; limit?: number }, readonly Cron[] | null>;
  'POST /admin/cron/{task}': Described<{ task: string }, undefined>;
  'GET /admin/runners/jobs': Described<{ labels?: string }, readonly ActionRunJob[] | null>;
  'GET /admin/runners/registration-token': Described<Record<never, never>, RegistrationToken>;
  'GET /orgs/{org}/actions/runners': Described<
    { org: string; visible?: boolean; page?: number; limit?: number },
    readonly ActionRunner[] | null
  >;
  'POST /orgs/{org}/actions/runners': Described<{ org: string } & RegisterRunnerOptions, RegisterRunnerResponse>;
  'GET /orgs/{org}/actions/runners/jobs': Described<{ org: string; labels?: string }, readonly ActionRunJob[] | null>;
  'GET /orgs/{org}/actions/runners/registration-token': Described<{ org: string }, RegistrationToken>;
  'GET /orgs/{org}/actions/runners/{runner_id}': Described<{ org: string; runner_id: string }, ActionRunner>;
  'DELETE /orgs/{org}/actions/runners/{runner_id}': Described<{ org: string; runner_id: string }, undefined>;
  'GET /orgs/{org}/actions/secrets': Described<
    { org: string; page?: number; limit?: number },
    readonly Secret[] | null
  >;
  'PUT /orgs/{org}/actions/secrets/{secretname}': Described<
    { org: string; secretname: string } & CreateOrUpdateSecretOption,
    undefined
  >;
  'DELETE /orgs/{org}/actions/secrets/{secretname}': Described<{ org: string; secretname: string }, undefined>;
  'GET /orgs/{org}/actions/variables': Described<
    { org: string; page?: number; limit?: number },
    readonly ActionVariable[] | null
  >;
  'GET /orgs/{org}/actions/variables/{variablename}': Described<{ org: string; variablename: string }, ActionVariable>;
  'PUT /orgs/{org}/actions/variables/{variablename}': Described<
    { org: string; variablename: string } & UpdateVariableOption,
    undefined
  >;
  'POST /orgs/{org}/actions/variables/{variablename}': Described<
    { org: string; variablename: string } & CreateVariableOption,
    undefined
  >;
  'DELETE /orgs/{org}/actions/variables/{variablename}': Described<{ org: string; variablename: string }, undefined>;
  'GET /packages/{owner}': Described<
    {
      owner: string;
      page?: number;
      limit?: number;
      type?:
        | 'alpine'
        | 'cargo'
        | 'chef'
        | 'composer'
        | 'conan'
        | 'conda'
        | 'container'
        | 'cran'
        | 'debian'
        | 'generic'
        | 'go'
        | 'helm'
        | 'maven'
        | 'npm'
        | 'nuget'
        | 'pub'
        | 'pypi'
        | 'rpm'
        | 'rubygems'
        | 'swift'
        | 'vagrant';
      q?: string;
    },
    readonly Package[] | null
  >;
  'POST /packages/{owner}/{type}/{name}/-/link/{repo_name}': Described<
    { owner: string; type: string; name: string; repo_name: string },
    undefined
  >;
  'POST /packages/{owner}/{type}/{name}/-/unlink': Described<{ owner: string; type: string; name: string }, undefined>;
  'GET /packages/{owner}/{type}/{name}/{version}': Described<
    { owner: string; type: string; name: string; version: string },
    Package
  >;
  'DELETE /packages/{owner}/{type}/{name}/{version}': Described<
    { owner: string; type: string; name: string; version: string },
    undefined
  >;
  'GET /packages/{owner}/{type}/{name}/{version}/files': Described<
    { owner: string; type: string; name: string; version: string },
    readonly PackageFile[] | null
  >;
  'GET /repos/{owner}/{repo}': Described<{ owner: string; repo: string }, Repository>;
  'DELETE /repos/{owner}/{repo}': Described<{ owner: string; repo: string }, undefined>;
  'PATCH /repos/{owner}/{repo}': Described<{ owner: string; repo: string } & EditRepoOption, Repository>;
  'GET /repos/{owner}/{repo}/actions/artifacts': Described<
    { owner: string; repo: string; name?: string; page?: number; limit?: number },
    readonly ActionArtifact[] | null
  >;
  'GET /repos/{owner}/{repo}/actions/artifacts/{artifact_id}': Described<
    { owner: string; repo: string; artifact_id: number },
    ActionArtifact
  >;
  'DELETE /repos/{owner}/{repo}/actions/artifacts/{artifact_id}': Described<
    { owner: string; repo: string; artifact_id: number },
    undefined
  >;
  'GET /repos/{owner}/{repo}/actions/artifacts/{artifact_id}/zip': Described<
    { owner: string; repo: string; artifact_id: number },
    Uint8Array
  >;
  'GET /repos/{owner}/{repo}/actions/jobs/{job_id}/logs': Described<
    { owner: string; repo: string; job_id: number; attempt?: number },
    string
  >;
  'GET /repos/{owner}/{repo}/actions/runners': Described<
    { owner: string; repo: string; visible?: boolean; page?: number; limit?: number },
    readonly ActionRunner[] | null
  >;
  'POST /repos/{owner}/{repo}/actions/runners': Described<
    { owner: string; repo: string } & RegisterRunnerOptions,
    RegisterRunnerResponse
  >;
  'GET /repos/{owner}/{repo}/actions/runners/jobs': Described<
    { owner: string; repo: string; labels?: string },
    readonly ActionRunJob[] | null
  >;
  'GET /repos/{owner}/{repo}/actions/runners/registration-token': Described<
    { owner: string; repo: string },
    RegistrationToken
  >;
  'GET /repos/{owner}/{repo}/actions/runners/{runner_id}': Described<
    { owner: string; repo: string; runner_id: string },
    ActionRunner
  >;
  'DELETE /repos/{owner}/{repo}/actions/runners/{runner_id}': Described<
    { owner: string; repo: string; runner_id: string },
    undefined
  >;
  'GET /repos/{owner}/{repo}/actions/runs': Described<
    {
      owner: string;
      repo: string;
      page?: number;
      limit?: number;
      event?: readonly string[];
      status?: readonly (
        | 'unknown'
        | 'waiting'
        | 'running'
        | 'success'
        | 'failure'
        | 'cancelled'
        | 'skipped'
        | 'blocked'
      )[];
      run_number?: number;
      head_sha?: string;
      ref?: string;
      workflow_id?: string;
    },
    ListActionRunResponse
  >;
  'GET /repos/{owner}/{repo}/actions/runs/{run_id}': Described<
    { owner: string; repo: string; run_id: number },
    ActionRun
  >;
  'DELETE /repos/{owner}/{repo}/actions/runs/{run_id}': Described<
    { owner: string; repo: string; run_id: number },
    undefined
  >;
  'GET /repos/{owner}/{repo}/actions/runs/{run_id}/artifacts': Described<
    { owner: string; repo: string; run_id: number; name?: string; page?: number; limit?: number },
    readonly ActionArtifact[] | null
  >;
  'POST /repos/{owner}/{repo}/actions/runs/{run_id}/cancel': Described<
    { owner: string; repo: string; run_id: number },
    undefined
  >;
  'GET /repos/{owner}/{repo}/actions/runs/{run_id}/jobs': Described<
    { owner: string; repo: string; run_id: number },
    readonly ActionRunJob[] | null
  >;
  'GET /repos/{owner}/{repo}/actions/runs/{run_id}/logs': Described<
    { owner: string; repo: string; run_id: number },
    Uint8Array
  >;
  'GET /repos/{owner}/{repo}/actions/secrets': Described<
    { owner: string; repo: string; page?: number; limit?: number },
    readonly Secret[] | null
  >;
  'PUT /repos/{owner}/{repo}/actions/secrets/{secretname}': Described<
    { owner: string; repo: string; secretname: string } & CreateOrUpdateSecretOption,
    undefined
  >;
  'DELETE /repos/{owner}/{repo}/actions/secrets/{secretname}': Described<
    { owner: string; repo: string; secretname: string },
    undefined
  >;
  'GET /repos/{owner}/{repo}/actions/tasks': Described<
    {
      owner: string;
      repo: string;
      page?: number;
      limit?: number;
      status?: readonly (
        | 'unknown'
        | 'waiting'
        | 'running'
        | 'success'
        | 'failure'
        | 'cancelled'
        | 'skipped'
        | 'blocked'
      )[];
    },
    ActionTaskResponse
  >;
  'GET /repos/{owner}/{repo}/actions/variables': Described<
    { owner: string; repo: string; page?: number; limit?: number },
    readonly ActionVariable[] | null
  >;
  'GET /repos/{owner}/{repo}/actions/variables/{variablename}': Described<
    { owner: string; repo: string; variablename: string },
    ActionVariable
  >;
  'PUT /repos/{owner}/{repo}/actions/variables/{variablename}': Described<
    { owner: string; repo: string; variablename: string } & UpdateVariableOption,
    undefined
  >;
  'POST /repos/{owner}/{repo}/actions/variables/{variablename}': Described<
    { owner: string; repo: string; variablename: string } & CreateVariableOption,
    undefined
  >;
  'DELETE /repos/{owner}/{repo}/actions/variables/{variablename}': Described<
    { owner: string; repo: string; variablename: string },
    undefined
  >;
  'POST /repos/{owner}/{repo}/actions/workflows/{workflowfilename}/dispatches': Described<
    { owner: string; repo: string; workflowfilename: string } & DispatchWorkflowOption,
    DispatchWorkflowRun | undefined
  >;
  'GET /repos/{owner}/{repo}/branches': Described<
    { owner: string; repo: string; page?: number; limit?: number },
    readonly Branch[] | null
  >;
  'POST /repos/{owner}/{repo}/branches': Described<{ owner: string; repo: string } & CreateBranchRepoOption, Branch>;
  'GET /repos/{owner}/{repo}/branches/{branch}': Described<{ owner: string; repo: string; branch: string }, Branch>;
  'DELETE /repos/{owner}/{repo}/branches/{branch}': Described<
    { owner: string; repo: string; branch: string },
    undefined
  >;
  'PATCH /repos/{owner}/{repo}/branches/{branch}': Described<
    { owner: string; repo: string; branch: string } & UpdateBranchRepoOption,
    undefined
  >;
  'GET /repos/{owner}/{repo}/commits': Described<
    {
      owner: string;
      repo: string;
      sha?: string;
      path?: string;
      stat?: boolean;
      verification?: boolean;
      files?: boolean;
      page?: number;
      limit?: number;
      not?: string;
    },
    readonly Commit[] | null
  >;
  'GET /repos/{owner}/{repo}/commits/{ref}/status': Described<
    { owner: string; repo: string; ref: string; page?: number; limit?: number },
    CombinedStatus
  >;
  'GET /repos/{owner}/{repo}/commits/{ref}/statuses': Described<
    {
      owner: string;
      repo: string;
      ref: string;
      sort?: 'oldest' | 'recentupdate' | 'leastupdate' | 'leastindex' | 'highestindex';
      state?: 'pending' | 'success' | 'error' | 'failure' | 'warning';
      page?: number;
      limit?: number;
    },
    readonly CommitStatus[] | null
  >;
  'GET /repos/{owner}/{repo}/commits/{sha}/pull': Described<{ owner: string; repo: string; sha: string }, PullRequest>;
  'GET /repos/{owner}/{repo}/contents': Described<
    { owner: string; repo: string; ref?: string },
    readonly ContentsResponse[] | null
  >;
  'POST /repos/{owner}/{repo}/contents': Described<{ owner: string; repo: string } & ChangeFilesOptions, FilesResponse>;
  'GET /repos/{owner}/{repo}/contents/{filepath}': Described<
    { owner: string; repo: string; filepath: string; ref?: string },
    ContentsResponse
  >;
  'PUT /repos/{owner}/{repo}/contents/{filepath}': Described<
    { owner: string; repo: string; filepath: string } & UpdateFileOptions,
    FileResponse
  >;
  'POST /repos/{owner}/{repo}/contents/{filepath}': Described<
    { owner: string; repo: string; filepath: string } & CreateFileOptions,
    FileResponse
  >;
  'DELETE /repos/{owner}/{repo}/contents/{filepath}': Described<
    { owner: string; repo: string; filepath: string } & DeleteFileOptions,
    FileDeleteResponse
  >;
  'GET /repos/{owner}/{repo}/git/commits/{sha}': Described<
    { owner: string; repo: string; sha: string; stat?: boolean; verification?: boolean; files?: boolean },
    Commit
  >;
  'GET /repos/{owner}/{repo}/issues': Described<
    {
      owner: string;
      repo: string;
      state?: 'closed' | 'open' | 'all';
      labels?: string;
      q?: string;
      type?: 'issues' | 'pulls';
      milestones?: string;
      since?: string;
      before?: string;
      created_by?: string;
      assigned_by?: string;
      mentioned_by?: string;
      page?: number;
      limit?: number;
      sort?:
        | 'relevance'
        | 'latest'
        | 'oldest'
        | 'recentupdate'
        | 'leastupdate'
        | 'mostcomment'
        | 'leastcomment'
        | 'nearduedate'
        | 'farduedate';
    },
    readonly Issue[] | null
  >;
  'POST /repos/{owner}/{repo}/issues': Described<{ owner: string; repo: string } & CreateIssueOption, Issue>;
  'GET /repos/{owner}/{repo}/issues/comments': Described<
    { owner: string; repo: string; since?: string; before?: string; page?: number; limit?: number },
    readonly Comment[] | null
  >;
  'GET /repos/{owner}/{repo}/issues/comments/{id}': Described<{ owner: string; repo: string; id: number }, Comment>;
  'DELETE /repos/{owner}/{repo}/issues/comments/{id}': Described<
    { owner: string; repo: string; id: number },
    undefined
  >;
  'PATCH /repos/{owner}/{repo}/issues/comments/{id}': Described<
    { owner: string; repo: string; id: number } & EditIssueCommentOption,
    Comment | undefined
  >;
  'GET /repos/{owner}/{repo}/issues/{index}': Described<{ owner: string; repo: string; index: number }, Issue>;
  'DELETE /repos/{owner}/{repo}/issues/{index}': Described<{ owner: string; repo: string; index: number }, undefined>;
  'PATCH /repos/{owner}/{repo}/issues/{index}': Described<
    { owner: string; repo: string; index: number } & EditIssueOption,
    Issue
  >;
  'GET /repos/{owner}/{repo}/issues/{index}/comments': Described<
    { owner: string; repo: string; index: number; since?: string; before?: string },
    readonly Comment[] | null
  >;
  'POST /repos/{owner}/{repo}/issues/{index}/comments': Described<
    { owner: string; repo: string; index: number } & CreateIssueCommentOption,
    Comment
  >;
  'DELETE /repos/{owner}/{repo}/issues/{index}/comments/{id}': Described<
    { owner: string; repo: string; index: number; id: number },
    undefined
  >;
  'PATCH /repos/{owner}/{repo}/issues/{index}/comments/{id}': Described<
    { owner: string; repo: string; index: number; id: number } & EditIssueCommentOption,
    Comment | undefined
  >;
  'GET /repos/{owner}/{repo}/labels': Described<
    {
      owner: string;
      repo: string;
      page?: number;
      limit?: number;
      sort?: 'mostissues' | 'leastissues' | 'reversealphabetically';
    },
    readonly Label[] | null
  >;
  'POST /repos/{owner}/{repo}/labels': Described<{ owner: string; repo: string } & CreateLabelOption, Label>;
  'GET /repos/{owner}/{repo}/raw/{filepath}': Described<
    { owner: string; repo: string; filepath: string; ref?: string },
    Uint8Array
  >;
  'GET /repos/{owner}/{repo}/statuses/{sha}': Described<
    {
      owner: string;
      repo: string;
      sha: string;
      sort?: 'oldest' | 'recentupdate' | 'leastupdate' | 'leastindex' | 'highestindex';
      state?: 'pending' | 'success' | 'error' | 'failure' | 'warning';
      page?: number;
      limit?: number;
    },
    readonly CommitStatus[] | null
  >;
  'POST /repos/{owner}/{repo}/statuses/{sha}': Described<
    { owner: string; repo: string; sha: string } & CreateStatusOption,
    CommitStatus
  >;
  'GET /settings/api': Described<Record<never, never>, GeneralAPISettings>;
  'GET /settings/attachment': Described<Record<never, never>, GeneralAttachmentSettings>;
  'GET /settings/repository': Described<Record<never, never>, GeneralRepoSettings>;
  'GET /settings/ui': Described<Record<never, never>, GeneralUISettings>;
  'GET /user': Described<Record<never, never>, User>;
  'GET /user/actions/runners': Described<
    { visible?: boolean; page?: number; limit?: number },
    readonly ActionRunner[] | null
  >;
  'POST /user/actions/runners': Described<Record<never, never> & RegisterRunnerOptions, RegisterRunnerResponse>;
  'GET /user/actions/runners/jobs': Described<{ labels?: string }, readonly ActionRunJob[] | null>;
  'GET /user/actions/runners/registration-token': Described<Record<never, never>, RegistrationToken>;
  'GET /user/actions/runners/{runner_id}': Described<{ runner_id: string }, ActionRunner>;
  'DELETE /user/actions/runners/{runner_id}': Described<{ runner_id: string }, undefined>;
  'PUT /user/actions/secrets/{secretname}': Described<{ secretname: string } & CreateOrUpdateSecretOption, undefined>;
  'DELETE /user/actions/secrets/{secretname}': Described<{ secretname: string }, undefined>;
  'GET /user/actions/variables': Described<{ page?: number; limit?: number }, readonly ActionVariable[] | null>;
  'GET /user/actions/variables/{variablename}': Described<{ variablename: string }, ActionVariable>;
  'PUT /user/actions/variables/{variablename}': Described<{ variablename: string } & UpdateVariableOption, undefined>;
  'POST /user/actions/variables/{variablename}': Described<{ variablename: string } & CreateVariableOption, undefined>;
  'DELETE /user/actions/variables/{variablename}': Described<{ variablename: string }, undefined>;
  'GET /version': Described<Record<never, never>, ServerVersion>;
}

export interface RouteFacts {
  /** The first Forgejo release that has it; left out where it is older than 9. */
  readonly since?: number;
  /** Takes `page` and `limit`. */
  readonly paged?: true;
  /** The field of the answer that holds the list; left out where the answer is the list. */
  readonly items?: string;
  /** Answers with a file as it is, whatever its content type. */
  readonly bytes?: true;
}

export const routeFacts: Readonly<Record<keyof Routes, RouteFacts>> = {
  'GET /actions/run': { since: 16 },
  'GET /admin/actions/runners': { since: 15, paged: true },
  'POST /admin/actions/runners': { since: 15 },
  'GET /admin/actions/runners/jobs': { since: 15 },
  'GET /admin/actions/runners/registration-token': { since: 15 },
  'GET /admin/actions/runners/{runner_id}': { since: 15 },
  'DELETE /admin/actions/runners/{runner_id}': { since: 15 },
  'GET /admin/cron': { paged: true },
  'POST /admin/cron/{task}': {},
  'GET /admin/runners/jobs': { since: 11 },
  'GET /admin/runners/registration-token': {},
  'GET /orgs/{org}/actions/runners': { since: 15, paged: true },
  'POST /orgs/{org}/actions/runners': { since: 15 },
  'GET /orgs/{org}/actions/runners/jobs': { since: 11 },
  'GET /orgs/{org}/actions/runners/registration-token': {},
  'GET /orgs/{org}/actions/runners/{runner_id}': { since: 15 },
  'DELETE /orgs/{org}/actions/runners/{runner_id}': { since: 15 },
  'GET /orgs/{org}/actions/secrets': { paged: true },
  'PUT /orgs/{org}/actions/secrets/{secretname}': {},
  'DELETE /orgs/{org}/actions/secrets/{secretname}': {},
  'GET /orgs/{org}/actions/variables': { paged: true },
  'GET /orgs/{org}/actions/variables/{variablename}': {},
  'PUT /orgs/{org}/actions/variables/{variablename}': {},
  'POST /orgs/{org}/actions/variables/{variablename}': {},
  'DELETE /orgs/{org}/actions/variables/{variablename}': {},
  'GET /packages/{owner}': { paged: true },
  'POST /packages/{owner}/{type}/{name}/-/link/{repo_name}': {},
  'POST /packages/{owner}/{type}/{name}/-/unlink': {},
  'GET /packages/{owner}/{type}/{name}/{version}': {},
  'DELETE /packages/{owner}/{type}/{name}/{version}': {},
  'GET /packages/{owner}/{type}/{name}/{version}/files': {},
  'GET /repos/{owner}/{repo}': {},
  'DELETE /repos/{owner}/{repo}': {},
  'PATCH /repos/{owner}/{repo}': {},
  'GET /repos/{owner}/{repo}/actions/artifacts': { since: 16, paged: true },
  'GET /repos/{owner}/{repo}/actions/artifacts/{artifact_id}': { since: 16 },
  'DELETE /repos/{owner}/{repo}/actions/artifacts/{artifact_id}': { since: 16 },
  'GET /repos/{owner}/{repo}/actions/artifacts/{artifact_id}/zip': { since: 16, bytes: true },
  'GET /repos/{owner}/{repo}/actions/jobs/{job_id}/logs': { since: 16 },
  'GET /repos/{owner}/{repo}/actions/runners': { since: 15, paged: true },
  'POST /repos/{owner}/{repo}/actions/runners': { since: 15 },
  'GET /repos/{owner}/{repo}/actions/runners/jobs': { since: 11 },
  'GET /repos/{owner}/{repo}/actions/runners/registration-token': {},
  'GET /repos/{owner}/{repo}/actions/runners/{runner_id}': { since: 15 },
  'DELETE /repos/{owner}/{repo}/actions/runners/{runner_id}': { since: 15 },
  'GET /repos/{owner}/{repo}/actions/runs': { since: 12, paged: true, items: 'workflow_runs' },
  'GET /repos/{owner}/{repo}/actions/runs/{run_id}': { since: 12 },
  'DELETE /repos/{owner}/{repo}/actions/runs/{run_id}': { since: 16 },
  'GET /repos/{owner}/{repo}/actions/runs/{run_id}/artifacts': { since: 16, paged: true },
  'POST /repos/{owner}/{repo}/actions/runs/{run_id}/cancel': { since: 16 },
  'GET /repos/{owner}/{repo}/actions/runs/{run_id}/jobs': { since: 16 },
  'GET /repos/{owner}/{repo}/actions/runs/{run_id}/logs': { since: 16, bytes: true },
  'GET /repos/{owner}/{repo}/actions/secrets': { paged: true },
  'PUT /repos/{owner}/{repo}/actions/secrets/{secretname}': {},
  'DELETE /repos/{owner}/{repo}/actions/secrets/{secretname}': {},
  'GET /repos/{owner}/{repo}/actions/tasks': { paged: true, items: 'workflow_runs' },
  'GET /repos/{owner}/{repo}/actions/variables': { paged: true },
  'GET /repos/{owner}/{repo}/actions/variables/{variablename}': {},
  'PUT /repos/{owner}/{repo}/actions/variables/{variablename}': {},
  'POST /repos/{owner}/{repo}/actions/variables/{variablename}': {},
  'DELETE /repos/{owner}/{repo}/actions/variables/{variablename}': {},
  'POST /repos/{owner}/{repo}/actions/workflows/{workflowfilename}/dispatches': {},
  'GET /repos/{owner}/{repo}/branches': { paged: true },
  'POST /repos/{owner}/{repo}/branches': {},
  'GET /repos/{owner}/{repo}/branches/{branch}': {},
  'DELETE /repos/{owner}/{repo}/branches/{branch}': {},
  'PATCH /repos/{owner}/{repo}/branches/{branch}': {},
  'GET /repos/{owner}/{repo}/commits': { paged: true },
  'GET /repos/{owner}/{repo}/commits/{ref}/status': { paged: true, items: 'statuses' },
  'GET /repos/{owner}/{repo}/commits/{ref}/statuses': { paged: true },
  'GET /repos/{owner}/{repo}/commits/{sha}/pull': {},
  'GET /repos/{owner}/{repo}/contents': {},
  'POST /repos/{owner}/{repo}/contents': {},
  'GET /repos/{owner}/{repo}/contents/{filepath}': {},
  'PUT /repos/{owner}/{repo}/contents/{filepath}': {},
  'POST /repos/{owner}/{repo}/contents/{filepath}': {},
  'DELETE /repos/{owner}/{repo}/contents/{filepath}': {},
  'GET /repos/{owner}/{repo}/git/commits/{sha}': {},
  'GET /repos/{owner}/{repo}/issues': { paged: true },
  'POST /repos/{owner}/{repo}/issues': {},
  'GET /repos/{owner}/{repo}/issues/comments': { paged: true },
  'GET /repos/{owner}/{repo}/issues/comments/{id}': {},
  'DELETE /repos/{owner}/{repo}/issues/comments/{id}': {},
  'PATCH /repos/{owner}/{repo}/issues/comments/{id}': {},
  'GET /repos/{owner}/{repo}/issues/{index}': {},
  'DELETE /repos/{owner}/{repo}/issues/{index}': {},
  'PATCH /repos/{owner}/{repo}/issues/{index}': {},
  'GET /repos/{owner}/{repo}/issues/{index}/comments': {},
  'POST /repos/{owner}/{repo}/issues/{index}/comments': {},
  'DELETE /repos/{owner}/{repo}/issues/{index}/comments/{id}': {},
  'PATCH /repos/{owner}/{repo}/issues/{index}/comments/{id}': {},
  'GET /repos/{owner}/{repo}/labels': { paged: true },
  'POST /repos/{owner}/{repo}/labels': {},
  'GET /repos/{owner}/{repo}/raw/{filepath}': { bytes: true },
  'GET /repos/{owner}/{repo}/statuses/{sha}': { paged: true },
  'POST /repos/{owner}/{repo}/statuses/{sha}': {},
  'GET /settings/api': {},
  'GET /settings/attachment': {},
  'GET /settings/repository': {},
  'GET /settings/ui': {},
  'GET /user': {},
  'GET /user/actions/runners': { since: 15, paged: true },
  'POST /user/actions/runners': { since: 15 },
  'GET /user/actions/runners/jobs': { since: 11 },
  'GET /user/actions/runners/registration-token': {},
  'GET /user/actions/runners/{runner_id}': { since: 15 },
  'DELETE /user/actions/runners/{runner_id}': { since: 15 },
  'PUT /user/actions/secrets/{secretname}': {},
  'DELETE /user/actions/secrets/{secretname}': {},
  'GET /user/actions/variables': { paged: true },
  'GET /user/actions/variables/{variablename}': {},
  'PUT /user/actions/variables/{variablename}': {},
  'POST /user/actions/variables/{variablename}': {},
  'DELETE /user/actions/variables/{variablename}': {},
  'GET /version': {},
};

export interface ActionArtifact {
  readonly archive_download_url: string;
  readonly created_at: string | null;
  readonly expired: boolean;
  readonly expires_at: string | null;
  readonly id: number;
  readonly name: string;
  readonly run_id: number;
  readonly size_in_bytes: number;
  readonly updated_at: string | null;
}

export interface ActionRun {
  readonly ScheduleID?: number;
  readonly approved_by?: number;
  readonly commit_sha?: string;
  readonly created?: string | null;
  readonly duration?: number;
  readonly event: string;
  readonly event_payload?: string;
  readonly head_branch?: string;
  readonly head_sha?: string;
  readonly html_url?: string;
  readonly id: number;
  readonly index_in_repo?: number;
  readonly is_fork_pull_request?: boolean;
  readonly is_ref_deleted?: boolean;
  readonly name?: string;
  readonly need_approval?: boolean;
  readonly prettyref?: string;
  readonly repository?: Repository | null;
  readonly run_number?: number;
  readonly started?: string | null;
  readonly status: string;
  readonly stopped?: string | null;
  readonly title?: string;
  readonly trigger_event?: string;
  readonly trigger_user?: User | null;
  readonly triggering_actor?: User | null;
  readonly updated?: string | null;
  readonly url?: string;
  readonly workflow_id: string;
}

export interface ActionRunJob {
  readonly attempt?: number;
  readonly handle?: string;
  readonly id: number;
  readonly name: string;
  readonly needs: readonly string[] | null;
  readonly owner_id: number;
  readonly repo_id: number;
  readonly run_id?: number;
  readonly runs_on: readonly string[] | null;
  readonly status: string;
  readonly task_id: number;
}

export interface ActionRunner {
  readonly description: string;
  readonly ephemeral: boolean;
  readonly id: number;
  readonly labels: readonly string[] | null;
  readonly name: string;
  readonly owner_id: number;
  readonly repo_id: number;
  readonly status: 'offline' | 'idle' | 'active';
  readonly uuid: string;
  readonly version: string;
}

export interface ActionTask {
  readonly created_at: string | null;
  readonly display_title: string;
  readonly event: string;
  readonly head_branch: string;
  readonly head_sha: string;
  readonly id: number;
  readonly name: string;
  readonly run_number: number;
  readonly run_started_at: string | null;
  readonly status: string;
  readonly updated_at: string | null;
  readonly url: string;
  readonly workflow_id: string;
}

export interface ActionTaskResponse {
  readonly total_count: number;
  readonly workflow_runs: readonly ActionTask[] | null;
}

export interface ActionVariable {
  readonly data: string;
  readonly name: string;
  readonly owner_id: number;
  readonly repo_id: number;
}

export interface Attachment {
  readonly browser_download_url: string;
  readonly created_at: string | null;
  readonly download_count: number;
  readonly id: number;
  readonly name: string;
  readonly size: number;
  readonly type: 'attachment' | 'external';
  readonly uuid: string;
}

export interface Branch {
  readonly commit: PayloadCommit | null;
  readonly effective_branch_protection_name: string;
  readonly enable_status_check: boolean;
  readonly name: string;
  readonly protected: boolean;
  readonly required_approvals: number;
  readonly status_check_contexts: readonly string[] | null;
  readonly user_can_merge: boolean;
  readonly user_can_push: boolean;
}

export interface ChangeFileOperation {
  readonly content: string;
  readonly from_path: string;
  readonly operation: 'create' | 'update' | 'delete';
  readonly path: string;
  readonly sha: string;
}

export interface ChangeFilesOptions {
  readonly author?: Identity;
  readonly branch?: string;
  readonly committer?: Identity;
  readonly dates?: CommitDateOptions;
  readonly files: readonly ChangeFileOperation[];
  readonly force_overwrite_new_branch?: boolean;
  readonly message?: string;
  readonly new_branch?: string;
  readonly signoff?: boolean;
}

export interface CombinedStatus {
  readonly commit_url: string;
  readonly repository: Repository | null;
  readonly sha: string;
  readonly state: string;
  readonly statuses: readonly CommitStatus[] | null;
  readonly total_count: number;
  readonly url: string;
}

export interface Comment {
  readonly assets: readonly Attachment[] | null;
  readonly body: string;
  readonly created_at: string | null;
  readonly html_url: string;
  readonly id: number;
  readonly issue_url: string;
  readonly original_author: string;
  readonly original_author_id: number;
  readonly pull_request_url: string;
  readonly updated_at: string | null;
  readonly user: User | null;
}

export interface Commit {
  readonly author: User | null;
  readonly commit: RepoCommit | null;
  readonly committer: User | null;
  readonly created: string | null;
  readonly files: readonly CommitAffectedFiles[] | null;
  readonly html_url: string;
  readonly parents: readonly CommitMeta[] | null;
  readonly sha: string;
  readonly stats: CommitStats | null;
  readonly url: string;
}

export interface CommitAffectedFiles {
  readonly filename: string;
  readonly status: string;
}

export interface CommitDateOptions {
  readonly author: string | null;
  readonly committer: string | null;
}

export interface CommitMeta {
  readonly created: string | null;
  readonly sha: string;
  readonly url: string;
}

export interface CommitStats {
  readonly additions: number;
  readonly deletions: number;
  readonly total: number;
}

export interface CommitStatus {
  readonly context: string;
  readonly created_at: string | null;
  readonly creator: User | null;
  readonly description: string;
  readonly id: number;
  readonly status: string;
  readonly target_url: string;
  readonly updated_at: string | null;
  readonly url: string;
}

export interface CommitUser {
  readonly date: string;
  readonly email: string;
  readonly name: string;
}

export interface ContentsResponse {
  readonly _links: FileLinksResponse | null;
  readonly content: string;
  readonly download_url: string;
  readonly encoding: string;
  readonly git_url: string;
  readonly html_url: string;
  readonly last_commit_sha: string;
  readonly last_commit_when: string | null;
  readonly name: string;
  readonly path: string;
  readonly sha: string;
  readonly size: number;
  readonly submodule_git_url: string;
  readonly target: string;
  readonly type: string;
  readonly url: string;
}

export interface CreateBranchRepoOption {
  readonly new_branch_name: string;
  readonly old_branch_name?: string;
  readonly old_ref_name?: string;
}

export interface CreateFileOptions {
  readonly author?: Identity;
  readonly branch?: string;
  readonly committer?: Identity;
  readonly content: string;
  readonly dates?: CommitDateOptions;
  readonly force_overwrite_new_branch?: boolean;
  readonly message?: string;
  readonly new_branch?: string;
  readonly signoff?: boolean;
}

export interface CreateIssueCommentOption {
  readonly body: string;
  readonly updated_at?: string;
}

export interface CreateIssueOption {
  readonly assignee?: string;
  readonly assignees?: readonly string[];
  readonly body?: string;
  readonly closed?: boolean;
  readonly due_date?: string;
  readonly labels?: readonly number[];
  readonly milestone?: number;
  readonly ref?: string;
  readonly title: string;
}

export interface CreateLabelOption {
  readonly color: string;
  readonly description?: string;
  readonly exclusive?: boolean;
  readonly is_archived?: boolean;
  readonly name: string;
}

export interface CreateOrUpdateSecretOption {
  readonly data: string;
}

export interface CreateStatusOption {
  readonly context?: string;
  readonly description?: string;
  readonly state?: string;
  readonly target_url?: string;
}

export interface CreateVariableOption {
  readonly value: string;
}

export interface Cron {
  readonly exec_times: number;
  readonly name: string;
  readonly next: string | null;
  readonly prev: string | null;
  readonly schedule: string;
}

export interface DeleteFileOptions {
  readonly author?: Identity;
  readonly branch?: string;
  readonly committer?: Identity;
  readonly dates?: CommitDateOptions;
  readonly force_overwrite_new_branch?: boolean;
  readonly message?: string;
  readonly new_branch?: string;
  readonly sha: string;
  readonly signoff?: boolean;
}

export interface DispatchWorkflowOption {
  readonly inputs?: Readonly<Record<string, string>>;
  readonly ref: string;
  readonly return_run_info?: boolean;
}

export interface DispatchWorkflowRun {
  readonly id: number;
  readonly jobs: readonly string[] | null;
  readonly run_number: number;
}

export interface EditIssueCommentOption {
  readonly body: string;
  readonly updated_at?: string;
}

export interface EditIssueOption {
  readonly assignee?: string;
  readonly assignees?: readonly string[];
  readonly body?: string;
  readonly due_date?: string;
  readonly milestone?: number;
  readonly ref?: string;
  readonly state?: string;
  readonly title?: string;
  readonly unset_due_date?: boolean;
  readonly updated_at?: string;
}

export interface EditRepoOption {
  readonly allow_fast_forward_only_merge?: boolean;
  readonly allow_manual_merge?: boolean;
  readonly allow_merge_commits?: boolean;
  readonly allow_rebase?: boolean;
  readonly allow_rebase_explicit?: boolean;
  readonly allow_rebase_update?: boolean;
  readonly allow_squash_merge?: boolean;
  readonly archived?: boolean;
  readonly autodetect_manual_merge?: boolean;
  readonly default_allow_maintainer_edit?: boolean;
  readonly default_branch?: string;
  readonly default_delete_branch_after_merge?: boolean;
  readonly default_merge_style?: string;
  readonly default_update_style?: string;
  readonly description?: string;
  readonly enable_prune?: boolean;
  readonly external_tracker?: ExternalTracker;
  readonly external_wiki?: ExternalWiki;
  readonly globally_editable_wiki?: boolean;
  readonly has_actions?: boolean;
  readonly has_issues?: boolean;
  readonly has_packages?: boolean;
  readonly has_projects?: boolean;
  readonly has_pull_requests?: boolean;
  readonly has_releases?: boolean;
  readonly has_wiki?: boolean;
  readonly ignore_whitespace_conflicts?: boolean;
  readonly internal_tracker?: InternalTracker;
  readonly mirror_interval?: string;
  readonly name?: string;
  readonly private?: boolean;
  readonly template?: boolean;
  readonly website?: string;
  readonly wiki_branch?: string;
}

export interface ExternalTracker {
  readonly external_tracker_format: string;
  readonly external_tracker_regexp_pattern: string;
  readonly external_tracker_style: string;
  readonly external_tracker_url: string;
}

export interface ExternalWiki {
  readonly external_wiki_url: string;
}

export interface FileCommitResponse {
  readonly author: CommitUser | null;
  readonly committer: CommitUser | null;
  readonly created: string | null;
  readonly html_url: string;
  readonly message: string;
  readonly parents: readonly CommitMeta[] | null;
  readonly sha: string;
  readonly tree: CommitMeta | null;
  readonly url: string;
}

export interface FileDeleteResponse {
  readonly commit: FileCommitResponse | null;
  readonly content: unknown;
  readonly verification: PayloadCommitVerification | null;
}

export interface FileLinksResponse {
  readonly git: string;
  readonly html: string;
  readonly self: string;
}

export interface FileResponse {
  readonly commit: FileCommitResponse | null;
  readonly content: ContentsResponse | null;
  readonly verification: PayloadCommitVerification | null;
}

export interface FilesResponse {
  readonly commit: FileCommitResponse | null;
  readonly files: readonly ContentsResponse[] | null;
  readonly verification: PayloadCommitVerification | null;
}

export interface GeneralAPISettings {
  readonly default_git_trees_per_page: number;
  readonly default_max_blob_size: number;
  readonly default_paging_num: number;
  readonly max_response_items: number;
}

export interface GeneralAttachmentSettings {
  readonly allowed_types: string;
  readonly enabled: boolean;
  readonly max_files: number;
  readonly max_size: number;
}

export interface GeneralRepoSettings {
  readonly forks_disabled: boolean;
  readonly http_git_disabled: boolean;
  readonly lfs_disabled: boolean;
  readonly migrations_disabled: boolean;
  readonly mirrors_disabled: boolean;
  readonly stars_disabled: boolean;
  readonly time_tracking_disabled: boolean;
}

export interface GeneralUISettings {
  readonly allowed_reactions: readonly string[] | null;
  readonly custom_emojis: readonly string[] | null;
  readonly default_theme: string;
}

export interface Identity {
  readonly email: string;
  readonly name: string;
}

export interface InternalTracker {
  readonly allow_only_contributors_to_track_time: boolean;
  readonly enable_issue_dependencies: boolean;
  readonly enable_time_tracker: boolean;
}

export interface Issue {
  readonly assets: readonly Attachment[] | null;
  readonly assignee: User | null;
  readonly assignees: readonly User[] | null;
  readonly body: string;
  readonly closed_at: string | null;
  readonly comments: number;
  readonly created_at: string | null;
  readonly due_date: string | null;
  readonly html_url: string;
  readonly id: number;
  readonly is_locked: boolean;
  readonly labels: readonly Label[] | null;
  readonly milestone: Milestone | null;
  readonly number: number;
  readonly original_author: string;
  readonly original_author_id: number;
  readonly pin_order: number;
  readonly pull_request: PullRequestMeta | null;
  readonly ref: string;
  readonly repository: RepositoryMeta | null;
  readonly state: string;
  readonly title: string;
  readonly updated_at: string | null;
  readonly url: string;
  readonly user: User | null;
}

export interface Label {
  readonly color: string;
  readonly description: string;
  readonly exclusive: boolean;
  readonly id: number;
  readonly is_archived: boolean;
  readonly name: string;
  readonly url: string;
}

export interface ListActionRunResponse {
  readonly total_count: number;
  readonly workflow_runs: readonly ActionRun[] | null;
}

export interface Milestone {
  readonly closed_at: string | null;
  readonly closed_issues: number;
  readonly created_at: string | null;
  readonly description: string;
  readonly due_on: string | null;
  readonly id: number;
  readonly open_issues: number;
  readonly state: string;
  readonly title: string;
  readonly updated_at: string | null;
}

export interface Organization {
  readonly avatar_url: string;
  readonly created?: string | null;
  readonly description: string;
  readonly email: string;
  readonly full_name: string;
  readonly id: number;
  readonly location: string;
  readonly name: string;
  readonly repo_admin_change_team_access: boolean;
  readonly username: string;
  readonly visibility: string;
  readonly website: string;
}

export interface PRBranchInfo {
  readonly label: string;
  readonly ref: string;
  readonly repo: Repository | null;
  readonly repo_id: number;
  readonly sha: string;
}

export interface Package {
  readonly created_at: string | null;
  readonly creator: User | null;
  readonly html_url: string;
  readonly id: number;
  readonly name: string;
  readonly owner: User | null;
  readonly repository: Repository | null;
  readonly type: string;
  readonly version: string;
}

export interface PackageFile {
  readonly Size: number;
  readonly id: number;
  readonly md5: string;
  readonly name: string;
  readonly sha1: string;
  readonly sha256: string;
  readonly sha512: string;
}

export interface PayloadCommit {
  readonly added: readonly string[] | null;
  readonly author: PayloadUser | null;
  readonly committer: PayloadUser | null;
  readonly id: string;
  readonly message: string;
  readonly modified: readonly string[] | null;
  readonly removed: readonly string[] | null;
  readonly timestamp: string | null;
  readonly url: string;
  readonly verification: PayloadCommitVerification | null;
}

export interface PayloadCommitVerification {
  readonly payload: string;
  readonly reason: string;
  readonly signature: string;
  readonly signer: PayloadUser | null;
  readonly verified: boolean;
}

export interface PayloadUser {
  readonly email: string;
  readonly name: string;
  readonly username: string;
}

export interface Permission {
  readonly admin: boolean;
  readonly pull: boolean;
  readonly push: boolean;
}

export interface PullRequest {
  readonly additions: number;
  readonly allow_maintainer_edit: boolean;
  readonly assignee: User | null;
  readonly assignees: readonly User[] | null;
  readonly base: PRBranchInfo | null;
  readonly body: string;
  readonly changed_files: number;
  readonly closed_at: string | null;
  readonly comments: number;
  readonly created_at: string | null;
  readonly deletions: number;
  readonly diff_url: string;
  readonly draft: boolean;
  readonly due_date: string | null;
  readonly flow: number;
  readonly head: PRBranchInfo | null;
  readonly html_url: string;
  readonly id: number;
  readonly is_locked: boolean;
  readonly labels: readonly Label[] | null;
  readonly merge_base: string;
  readonly merge_commit_sha: string;
  readonly mergeable: boolean;
  readonly merged: boolean;
  readonly merged_at: string | null;
  readonly merged_by: User | null;
  readonly milestone: Milestone | null;
  readonly number: number;
  readonly patch_url: string;
  readonly pin_order: number;
  readonly requested_reviewers: readonly User[] | null;
  readonly requested_reviewers_teams: readonly Team[] | null;
  readonly review_comments: number;
  readonly state: string;
  readonly title: string;
  readonly updated_at: string | null;
  readonly url: string;
  readonly user: User | null;
}

export interface PullRequestMeta {
  readonly draft: boolean;
  readonly html_url: string;
  readonly merged: boolean;
  readonly merged_at: string | null;
}

export interface RegisterRunnerOptions {
  readonly description?: string;
  readonly ephemeral?: boolean;
  readonly name: string;
}

export interface RegisterRunnerResponse {
  readonly id: number;
  readonly token: string;
  readonly uuid: string;
}

export interface RegistrationToken {
  readonly token: string;
}

export interface RepoCommit {
  readonly author: CommitUser | null;
  readonly committer: CommitUser | null;
  readonly message: string;
  readonly tree: CommitMeta | null;
  readonly url: string;
  readonly verification: PayloadCommitVerification | null;
}

export interface RepoTransfer {
  readonly doer: User | null;
  readonly recipient: User | null;
  readonly teams: readonly Team[] | null;
}

export interface Repository {
  readonly allow_fast_forward_only_merge: boolean;
  readonly allow_merge_commits: boolean;
  readonly allow_rebase: boolean;
  readonly allow_rebase_explicit: boolean;
  readonly allow_rebase_update: boolean;
  readonly allow_squash_merge: boolean;
  readonly archived: boolean;
  readonly archived_at: string | null;
  readonly avatar_url: string;
  readonly clone_url: string;
  readonly created_at: string | null;
  readonly default_allow_maintainer_edit: boolean;
  readonly default_branch: string;
  readonly default_delete_branch_after_merge: boolean;
  readonly default_merge_style: string;
  readonly default_update_style: string;
  readonly description: string;
  readonly empty: boolean;
  readonly external_tracker: ExternalTracker | null;
  readonly external_wiki: ExternalWiki | null;
  readonly fork: boolean;
  readonly forks_count: number;
  readonly full_name: string;
  readonly globally_editable_wiki: boolean;
  readonly has_actions: boolean;
  readonly has_issues: boolean;
  readonly has_packages: boolean;
  readonly has_projects: boolean;
  readonly has_pull_requests: boolean;
  readonly has_releases: boolean;
  readonly has_wiki: boolean;
  readonly has_wiki_contents?: boolean;
  readonly html_url: string;
  readonly id: number;
  readonly ignore_whitespace_conflicts: boolean;
  readonly internal: boolean;
  readonly internal_tracker: InternalTracker | null;
  readonly language: string;
  readonly languages_url: string;
  readonly link: string;
  readonly mirror: boolean;
  readonly mirror_interval: string;
  readonly mirror_updated: string | null;
  readonly name: string;
  readonly object_format_name: 'sha1' | 'sha256';
  readonly open_issues_count: number;
  readonly open_pr_counter: number;
  readonly original_url: string;
  readonly owner: User | null;
  readonly parent: Repository | null;
  readonly permissions: Permission | null;
  readonly private: boolean;
  readonly release_counter: number;
  readonly repo_transfer: RepoTransfer | null;
  readonly size: number;
  readonly ssh_url: string;
  readonly stars_count: number;
  readonly template: boolean;
  readonly topics: readonly string[] | null;
  readonly updated_at: string | null;
  readonly url: string;
  readonly watchers_count: number;
  readonly website: string;
  readonly wiki_branch: string;
  readonly wiki_clone_url?: string;
  readonly wiki_ssh_url?: string;
}

export interface RepositoryMeta {
  readonly full_name: string;
  readonly id: number;
  readonly name: string;
  readonly owner: string;
}

export interface Secret {
  readonly created_at: string | null;
  readonly name: string;
}

export interface ServerVersion {
  readonly version: string;
}

export interface Team {
  readonly can_create_org_repo: boolean;
  readonly description: string;
  readonly id: number;
  readonly includes_all_repositories: boolean;
  readonly name: string;
  readonly organization: Organization | null;
  readonly permission: 'none' | 'read' | 'write' | 'admin' | 'owner';
  readonly units: readonly string[] | null;
  readonly units_map: Readonly<Record<string, string>> | null;
}

export interface UpdateBranchRepoOption {
  readonly name: string;
}

export interface UpdateFileOptions {
  readonly author?: Identity;
  readonly branch?: string;
  readonly committer?: Identity;
  readonly content: string;
  readonly dates?: CommitDateOptions;
  readonly force_overwrite_new_branch?: boolean;
  readonly from_path?: string;
  readonly message?: string;
  readonly new_branch?: string;
  readonly sha: string;
  readonly signoff?: boolean;
}

export interface UpdateVariableOption {
  readonly name?: string;
  readonly value: string;
}

export interface User {
  readonly active: boolean;
  readonly avatar_url: string;
  readonly created: string | null;
  readonly description: string;
  readonly email: string;
  readonly followers_count: number;
  readonly following_count: number;
  readonly full_name: string;
  readonly html_url: string;
  readonly id: number;
  readonly is_admin: boolean;
  readonly language: string;
  readonly last_login: string | null;
  readonly location: string;
  readonly login: string;
  readonly login_name: string;
  readonly prohibit_login: boolean;
  readonly pronouns: string;
  readonly restricted: boolean;
  readonly source_id: number;
  readonly starred_repos_count: number;
  readonly visibility: string;
  readonly website: string;
}
