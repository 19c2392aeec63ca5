import type { Owner, Repository } from './server.ts';

/** What an event carries: `action_run.event_payload`, a few kilobytes of JSON that no listing should ever read. */
export interface EventFacts {
  readonly repository: Repository;
  readonly actor: Owner;
  readonly ref: string;
  readonly sha: string;
  readonly title: string;
  readonly file: string;
  /** Unix seconds. */
  readonly time: number;
}

const base = 'http://127.0.0.1:3000';

export function pushPayload({ repository, actor, ref, sha, title, time }: EventFacts): string {
  const commit = {
    id: sha,
    message: `${title}\n`,
    url: `${base}/${repository.owner.name}/${repository.name}/commit/${sha}`,
    author: { name: actor.name, email: actor.row.email, username: actor.name },
    committer: { name: actor.name, email: actor.row.email, username: actor.name },
    verification: null,
    timestamp: iso(time),
    added: [],
    removed: [],
    modified: ['README.md'],
  };
  return JSON.stringify({
    ref,
    before: '0'.repeat(40),
    after: sha,
    compare_url: `${base}/${repository.owner.name}/${repository.name}/compare/main...${sha}`,
    commits: [commit],
    total_commits: 1,
    head_commit: commit,
    repository: repositoryFacts(repository),
    pusher: ownerFacts(actor),
    sender: ownerFacts(actor),
  });
}

export function dispatchPayload({ repository, actor, ref, file }: EventFacts): string {
  return JSON.stringify({
    inputs: {},
    ref,
    repository: repositoryFacts(repository),
    sender: ownerFacts(actor),
    workflow: `.forgejo/workflows/${file}`,
  });
}

const iso = (time: number) => `${new Date(time * 1000).toISOString().slice(0, 19)}Z`;

function ownerFacts({ id, name, row }: Owner) {
  return {
    id,
    login: name,
    login_name: '',
    source_id: 0,
    full_name: '',
    email: row.email,
    avatar_url: `${base}/avatars/${row.avatar}`,
    html_url: `${base}/${name}`,
    language: '',
    is_admin: false,
    last_login: '0001-01-01T00:00:00Z',
    created: iso(row.created_unix as number),
    restricted: false,
    active: false,
    prohibit_login: false,
    location: '',
    pronouns: '',
    website: '',
    description: '',
    visibility: 'public',
    followers_count: 0,
    following_count: 0,
    starred_repos_count: 0,
    username: name,
  };
}

function repositoryFacts({ id, owner, name, row }: Repository) {
  const path = `${owner.name}/${name}`;
  return {
    id,
    owner: ownerFacts(owner),
    name,
    full_name: path,
    description: '',
    empty: false,
    private: row.is_private,
    fork: false,
    template: false,
    parent: null,
    mirror: false,
    size: Math.floor((row.size as number) / 1024),
    language: '',
    languages_url: `${base}/api/v1/repos/${path}/languages`,
    html_url: `${base}/${path}`,
    url: `${base}/api/v1/repos/${path}`,
    link: '',
    ssh_url: `ssh://git@127.0.0.1/${path}.git`,
    clone_url: `${base}/${path}.git`,
    original_url: '',
    website: '',
    stars_count: 0,
    forks_count: 0,
    watchers_count: 1,
    open_issues_count: 0,
    open_pr_counter: 0,
    release_counter: 0,
    default_branch: row.default_branch,
    archived: false,
    created_at: iso(row.created_unix as number),
    updated_at: iso(row.updated_unix as number),
    archived_at: '1970-01-01T00:00:00Z',
    permissions: { admin: true, push: true, pull: true },
    has_issues: true,
    internal_tracker: {
      enable_time_tracker: true,
      allow_only_contributors_to_track_time: true,
      enable_issue_dependencies: true,
    },
    has_wiki: true,
    wiki_branch: 'main',
    globally_editable_wiki: false,
    has_pull_requests: true,
    has_projects: true,
    has_releases: true,
    has_packages: true,
    has_actions: true,
    allow_merge_commits: true,
    allow_rebase: true,
    allow_squash_merge: true,
    default_merge_style: 'merge',
    object_format_name: 'sha1',
    repo_transfer: null,
    topics: [],
  };
}
