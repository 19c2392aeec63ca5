import type { TextRule } from '../rule.ts';

/** The workflow file, actions, and what runner and server say about a job. */
export const workflows: readonly TextRule[] = [
  {
    id: 'run-time-limit',
    title: 'The job ran longer than its runner allows',
    blame: 'runner',
    retryable: false,
    match: { any: [/runner cancelled the job because it exceeds the maximum run time/i] },
    message: 'The runner stopped the job because it ran longer than `timeout` in the runner’s config.',
    fix: 'Raise `runner.timeout` in the runner’s config.yaml (3h by default) and restart it, or make the job shorter. `ci-doctor show RUN` tells which step took the time.',
    examples: {
      hit: ['The runner cancelled the job because it exceeds the maximum run time'],
      miss: ['maximum run time: 3h'],
    },
  },
  {
    id: 'step-time-limit',
    title: 'A time limit of the workflow ended',
    blame: 'workflow',
    retryable: true,
    match: {
      any: [
        /this step has been cancelled: ctx: context deadline exceeded/,
        /The (?:job|action|step|operation)[^.]{0,40} (?:has exceeded|exceeded) the maximum (?:execution )?time of/,
      ],
    },
    message: 'The time limit of the step or job (`timeout-minutes`) was over.',
    fix: 'Look at what it did last (below): if it waited for something that never came, that is the cause. Else raise `timeout-minutes`.',
    examples: {
      hit: ['⚙️ [runner]: this step has been cancelled: ctx: context deadline exceeded, exec: RUN signal: killed'],
      miss: ['context deadline: 30s'],
    },
  },
  {
    id: 'action-missing',
    title: 'An action cannot be fetched',
    blame: 'workflow',
    retryable: false,
    match: {
      any: [
        /[Uu]nable to resolve action [`'"]?(?<action>[^\s`'",]+)/,
        /unable to clone '?(?<url>https?:\/\/[^\s']+)/i,
        /Unable to clone (?<url>https?:\/\/\S+) refs\/heads/,
        /the provided ref [`'"]?(?<ref>[^\s`'"]+)[`'"]? is the shortened version of a commit SHA/,
        /(?:file does not exist|no such file or directory).{0,80}action\.ya?ml|action\.ya?ml.{0,80}(?:file does not exist|not found|no such file)/,
      ],
    },
    message:
      'The action {action|of a step} cannot be fetched: its name or version is wrong, or its server is not reachable{: url}.',
    fix: 'A short name is looked for at DEFAULT_ACTIONS_URL ([actions] in app.ini; https://data.forgejo.org unless set): write the whole address, `uses: https://data.forgejo.org/actions/checkout@v4`. A commit needs all 40 digits. `git ls-remote {url|URL}` on the runner’s host proves that it is reachable.',
    examples: {
      hit: [
        'Unable to resolve action `actions/chekout@v4`, repository not found',
        'Unable to clone https://data.forgejo.org/actions/nothing refs/heads/v1: repository does not exist',
      ],
      miss: ['☁  git clone https://data.forgejo.org/actions/checkout # ref=v4'],
    },
  },
  {
    id: 'workflow-invalid',
    title: 'The workflow file is not valid',
    blame: 'workflow',
    retryable: false,
    match: {
      any: [
        /(?:workflow is not valid|[Ss]chema validation failed|Failed to match [\w-]+:|Unknown Property \w+|yaml: (?:unmarshal errors|line \d+:))[ .:]*(?<what>.{0,160})/,
        /(?:Error while evaluating|[Ff]ailed to evaluate|unable to interpolate|[Uu]nable to evaluate).{0,20}(?:expression|if|matrix|'|`)[ :]*(?<what>.{0,160})/,
        /Unrecognized named-value: (?<what>.{1,80})|(?:error|failure|failed) parsing expression|Unknown Variable Access (?<what2>\w+)/,
      ],
    },
    message: 'The workflow file cannot be used{: what| as it is}.',
    fix: 'Correct what the line below names. `forgejo-runner validate --workflow --path FILE` (runner 8 and newer) checks a file without a run.',
    examples: {
      hit: [
        "workflow is not valid. 'ci.yaml': Line: 9 Column 5: Unknown Property stepss",
        'yaml: line 12: did not find expected key',
      ],
      miss: ['workflow prepared'],
    },
  },
  {
    id: 'input-missing',
    title: 'A required input is empty: a secret that is not there',
    blame: 'workflow',
    retryable: false,
    match: {
      any: [
        /Input required and not supplied: (?<input>\S+)/,
        /(?:secret|variable) "?(?<input>[A-Z][A-Z0-9_]{2,})"? (?:is (?:not set|empty|missing)|not found)/,
        /(?:bash|sh): (?:line \d+: |\d+: )?(?<input>[A-Za-z_]\w{2,}): (?:unbound variable|parameter not set|parameter null or not set)/,
      ],
    },
    message:
      '{input} is empty: the secret or variable that it comes from does not exist here, or is not given to runs of forks.',
    fix: 'Add it in the settings of the repository or owner (Actions › Secrets, names in capitals), and check its spelling in the workflow (secrets.{input}, vars.{input}, `env:`). Runs of a pull request from a fork get no secrets.',
    examples: {
      hit: ['Error: Input required and not supplied: token', '/bin/bash: line 1: deploy_key: unbound variable'],
      miss: ['token: ***'],
    },
  },
  {
    id: 'artifact-failed',
    title: 'An artifact could not be stored or found',
    blame: 'forge',
    retryable: true,
    match: {
      any: [
        /Failed to (?:CreateArtifact|FinalizeArtifact|ListArtifacts|GetSignedArtifactURL)/,
        /(?:Unable to (?:find|download) (?:any )?artifact|Artifact not found for name: )(?<name>\S*)/,
        /@actions\/artifact v2\.0\.0\+.{0,60}not (?:currently )?supported on GHES/,
        /Create Artifact Container failed/,
      ],
    },
    message: 'The server did not take or give the artifact {name|of this step}.',
    fix: 'Forgejo takes `https://data.forgejo.org/forgejo/upload-artifact@v4` (and download-artifact of the same); GitHub’s own v4 refuses other servers. If that is what runs: `[actions] ARTIFACT_RETENTION_DAYS`, the storage’s free space, and Forgejo’s log at that time.',
    examples: {
      hit: [
        'Error: Failed to CreateArtifact: Received non-retryable error: Failed request: (404) Not Found',
        '@actions/artifact v2.0.0+, upload-artifact@v4+ and download-artifact@v4+ are not currently supported on GHES.',
      ],
      miss: ['Artifact dist has been successfully uploaded!'],
    },
  },
  {
    id: 'cache-unreachable',
    title: 'The cache server of the runner cannot be reached',
    blame: 'runner',
    retryable: true,
    hint: true,
    match: {
      any: [
        /(?:reserveCache|getCacheEntry|saveCache|restoreCache) failed|Cache service responded with [45]\d\d|Failed to (?:save|restore)(?: cache)?: /,
      ],
    },
    message: 'The runner’s cache server did not answer the job.',
    fix: 'In the runner’s config.yaml: `cache.host` must be an address that the job’s container reaches (not 127.0.0.1), `cache.port` a fixed port that the firewall lets through. Then restart the runner.',
    examples: {
      hit: ['reserveCache failed: Cache service responded with 404'],
      miss: ['Cache restored from key: linux-cargo'],
    },
  },
  {
    id: 'cancelled',
    title: 'The step was cancelled',
    blame: 'unknown',
    retryable: true,
    hint: true,
    match: { any: [/this step has been cancelled: ctx: context canceled/, /^context canceled$/] },
    message:
      'The step was stopped from outside: somebody cancelled the run, a newer run of its concurrency group took over, or the job was reset.',
    fix: '`ci-doctor history` tells of resets; a newer run is in `ci-doctor runs`. Otherwise run it again.',
    examples: {
      hit: ['⚙️ [runner]: this step has been cancelled: ctx: context canceled, exec: RUN signal: killed'],
      miss: ['subscription canceled'],
    },
  },
];
