import type { TextRule } from '../rule.ts';

/** Fetching, submodules and pushing. */
export const git: readonly TextRule[] = [
  {
    id: 'submodule-commit-missing',
    title: 'A submodule’s commit was not pushed',
    blame: 'workflow',
    retryable: false,
    match: {
      any: [
        /Fetched in submodule path '(?<path>[^']+)', but it did not contain (?<commit>[0-9a-f]{7,64})/,
        /(?:upload-pack: )?not our ref (?<commit>[0-9a-f]{7,64})/,
        /reference is not a tree: (?<commit>[0-9a-f]{7,64})/,
        /Unable to checkout '(?<commit>[0-9a-f]{7,64})' in submodule path '(?<path>[^']+)'/,
        /Direct fetching of that commit failed/,
      ],
    },
    message:
      'The recorded commit {commit|of a submodule} is not on the remote that {path|the submodule} is fetched from: the submodule was not pushed before the root.',
    fix: 'In the working copy that has it: `submodule-push-check push` pushes submodules before the root, to every remote; or by hand `git -C {path|SUBMODULE} push origin HEAD:main && git -C {path|SUBMODULE} push alm HEAD:main`. `submodule-push-check check` in a workflow (or the hook) keeps it from happening again.',
    examples: {
      hit: [
        "fatal: Fetched in submodule path 'botserver', but it did not contain 0f3c1a9b5d. Direct fetching of that commit failed.",
        'fatal: remote error: upload-pack: not our ref 5f2b7c0e9a1d4c3b2a1f0e9d8c7b6a5f4e3d2c1b',
      ],
      miss: ["Submodule path 'botserver': checked out '0f3c1a9b5d'"],
    },
  },
  {
    id: 'submodule-no-url',
    title: 'A submodule has no address',
    blame: 'workflow',
    retryable: false,
    match: {
      any: [
        /No url found for submodule path '(?<path>[^']+)' in \.gitmodules/,
        /no submodule mapping found in \.gitmodules for path '(?<path>[^']+)'/,
      ],
    },
    message:
      '{path} is recorded as a submodule, but .gitmodules has no address for it: a directory with its own .git was added by accident, or the entry was lost.',
    fix: '`git rm --cached {path}` where it was an accident (then add its files); else `git submodule add URL {path}`. `submodule-push-check check` names such entries before they are pushed.',
    examples: {
      hit: ["fatal: No url found for submodule path 'vendor/x' in .gitmodules"],
      miss: ["Submodule 'vendor/x' (https://example.org/x) registered for path 'vendor/x'"],
    },
  },
  {
    id: 'git-auth',
    title: 'The repository may not be read with this token or key',
    blame: 'workflow',
    retryable: false,
    match: {
      any: [
        /could not read (?:Username|Password) for '(?<url>[^']+)'/,
        /fatal: Authentication failed for '(?<url>[^']+)'/,
        /fatal: unable to access '(?<url>[^']+)': The requested URL returned error: 40[134]/,
        /fatal: repository '(?<url>[^']+)' not found|remote: (?:Not found|Repository not found|Unauthorized|Forbidden)/,
        /ERROR: Repository not found/,
      ],
    },
    message: '{url|The repository} cannot be read: it is private for the token or key of this job, or does not exist.',
    fix: 'The token of a job reaches its own repository only. For others (private submodules too): a token with `read:repository` as a secret, given to checkout as `token:`, or a deploy key. `git ls-remote {url|URL}` with the same token proves it.',
    examples: {
      hit: [
        "fatal: could not read Username for 'https://alm.example.org': terminal prompts disabled",
        'remote: Not found.',
      ],
      miss: ['From https://alm.example.org/org/app'],
    },
  },
  {
    id: 'git-lock',
    title: 'Another git is at work in the same directory',
    blame: 'runner',
    retryable: true,
    match: {
      any: [
        /Unable to create '(?<path>[^']+\.lock)': File exists/,
        /cannot lock ref '(?<ref>[^']+)'/,
        /Another git process seems to be running/,
      ],
    },
    message: 'A lock file of git is in the way: another job works in the same directory, or one was killed there.',
    fix: 'If no job runs there now: `rm -f {path|.git/index.lock}` on the runner’s host. Jobs in parallel need a workspace of their own.',
    examples: {
      hit: ["fatal: Unable to create '/opt/gbo/data/app/.git/index.lock': File exists."],
      miss: ['package-lock.json: File exists'],
    },
  },
  {
    id: 'git-push-rejected',
    title: 'A push was refused',
    blame: 'workflow',
    retryable: false,
    match: {
      any: [
        /! \[(?:remote )?rejected\] +(?<ref>.{1,120})/,
        /shallow update not allowed/,
        /failed to push some refs to '(?<url>[^']+)'/,
        /remote: .{0,40}(?:protected branch|pre-receive hook declined)/,
      ],
    },
    message:
      'The push{ ref| of the job} was refused: somebody pushed meanwhile, the branch is protected, or the clone is shallow.',
    fix: '`git pull --rebase` before the push (or a concurrency group around the job); `fetch-depth: 0` for checkout where the clone is shallow; for a protected branch a token of a user who may push.',
    examples: {
      hit: [
        ' ! [rejected]        main -> main (non-fast-forward)',
        "error: failed to push some refs to 'https://alm.example.org/org/app.git'",
      ],
      miss: ['   0f3c1a9..5f2b7c0  main -> main'],
    },
  },
  {
    id: 'git-ownership',
    title: 'Git does not trust the directory’s owner',
    blame: 'workflow',
    retryable: false,
    match: {
      any: [
        /detected dubious ownership in repository at '(?<path>[^']+)'/,
        /unsafe repository \('(?<path>[^']+)' is owned by someone else\)/,
      ],
    },
    message: '{path} belongs to another user than the one that runs git.',
    fix: 'In the step: `git config --global --add safe.directory {path}`. On a runner in host mode: `chown -R RUNNER_USER: {path}`.',
    examples: {
      hit: ["fatal: detected dubious ownership in repository at '/workspace/org/app'"],
      miss: ['git config --global --add safe.directory /workspace'],
    },
  },
  {
    id: 'git-ref-missing',
    title: 'A branch, tag or commit does not exist',
    blame: 'workflow',
    retryable: false,
    passing: true,
    match: {
      any: [
        /fatal: [Cc]ouldn't find remote ref (?<ref>\S+)/,
        /error: pathspec '(?<ref>[^']+)' did not match any file/,
        /fatal: Remote branch (?<ref>\S+) not found in upstream/,
        /fatal: bad object (?<ref>\S+)|fatal: ambiguous argument '(?<ref2>[^']+)': unknown revision/,
      ],
      // What a script asks for to see whether it is there.
      not: [/'HEAD[~^]\d*'/],
    },
    message: '{ref|A ref} is not in the repository, or not in this shallow clone of it.',
    fix: '`git ls-remote origin {ref|REF}` says whether it exists. If it does, `fetch-depth: 0` for checkout fetches all of the history.',
    examples: {
      hit: ["fatal: couldn't find remote ref refs/heads/old"],
      miss: [
        'From origin * branch main -> FETCH_HEAD',
        "fatal: ambiguous argument 'HEAD~1': unknown revision or path not in the working tree.",
      ],
    },
  },
];
