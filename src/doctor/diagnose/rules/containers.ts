import type { TextRule } from '../rule.ts';

/** Docker, its images, and what a job runs in. */
export const containers: readonly TextRule[] = [
  {
    id: 'docker-daemon',
    title: 'Docker cannot be reached',
    blame: 'runner',
    retryable: false,
    match: {
      any: [
        /cannot ping the docker daemon/i,
        /Cannot connect to the Docker daemon at (?<socket>\S+[^.\s])/i,
        /daemon Docker Engine socket not found/i,
        /dial unix (?<socket>\S*docker\.sock): connect: (?:no such file or directory|connection refused)/,
      ],
    },
    message: 'No Docker answers at {socket|its socket}: the job wants a container, and the runner cannot start one.',
    fix: 'On the runner’s host: `systemctl start docker`, and `docker info` as the runner’s user. A runner without Docker must have labels of host mode only (`self-hosted:host`), and a job that needs Docker a label of another runner.',
    examples: {
      hit: [
        'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?',
        'cannot ping the docker daemon. is it running?',
      ],
      miss: ['docker daemon started'],
    },
  },
  {
    id: 'image-rate-limit',
    title: 'The registry lets no more images be fetched for now',
    blame: 'network',
    retryable: true,
    match: { any: [/toomanyrequests|You have reached your (?:unauthenticated )?pull rate limit/] },
    message: 'The image registry’s limit of downloads is reached.',
    fix: 'Log in to the registry (docker/login-action), or use a mirror: `registry-mirrors` in /etc/docker/daemon.json of the runner’s host. The limit ends by itself after some hours.',
    examples: {
      hit: ['Error response from daemon: toomanyrequests: You have reached your pull rate limit.'],
      miss: ['too many requests is 429'],
    },
  },
  {
    id: 'image-platform',
    title: 'The image is not made for this processor',
    blame: 'dependency',
    retryable: false,
    match: {
      any: [
        /no matching manifest for (?<platform>\S+) in the manifest list/,
        /image with reference \S+ was found but does not (?:match|provide) the specified platform(?:: wanted (?<platform>\S+[^,\s]))?/,
      ],
    },
    message: 'The image has no variant for {platform|this processor}.',
    fix: 'Choose a tag that has one (`docker manifest inspect IMAGE`), or run it under emulation: `--platform linux/amd64` with qemu-user-static on the host.',
    examples: {
      hit: ['no matching manifest for linux/arm64/v8 in the manifest list entries'],
      miss: ['manifest for linux/arm64 found'],
    },
  },
  {
    id: 'image-missing',
    title: 'There is no such image, or it may not be fetched',
    blame: 'workflow',
    retryable: false,
    match: {
      any: [
        /pull access denied for (?<image>[^\s,]+)/,
        /manifest (?:for (?<image>\S+) not found|unknown)/,
        /(?:Error response from daemon|failed to resolve reference|unable to pull).{0,120}(?:repository does not exist|requested access to the resource is denied|not found: manifest unknown)/,
        /Unable to find image '(?<image>[^']+)' locally.{0,20}$/,
      ],
      not: [/Unable to find image '[^']+' locally/],
    },
    message: 'The image {image|of the job} does not exist there, or is private.',
    fix: '`docker pull {image|IMAGE}` from the runner’s host. Check name and tag; a private one needs `credentials:` beside `image:` in the job, or a login step.',
    examples: {
      hit: [
        'Error response from daemon: pull access denied for acme/build, repository does not exist or may require docker login',
        'docker: Error response from daemon: manifest for node:99 not found: manifest unknown: manifest unknown',
      ],
      miss: ["Unable to find image 'hello-world:latest' locally"],
    },
  },
  {
    id: 'image-file-missing',
    title: 'A file that an image is built of is not there',
    blame: 'code',
    retryable: false,
    match: {
      any: [
        /failed to (?:solve: )?(?:failed to )?(?:compute cache key|calculate checksum).{0,160}"(?<path>[^"]+)": not found/,
        /failed to read dockerfile: open (?<path>[^:]+): no such file/,
        /^COPY failed: .{0,120}stat (?<path>[^:]+): (?:file does not exist|no such file)/,
      ],
    },
    message: '{path} is not among the files that Docker was given to build the image of.',
    fix: 'A wrong path (those of COPY are relative to the directory given to `docker build`), a line of .dockerignore, or a file that a step before should have made.',
    examples: {
      hit: [
        'ERROR: failed to solve: failed to compute cache key: failed to calculate checksum of ref abc::def: "/dist": not found',
        'ERROR: failed to solve: failed to read dockerfile: open Dockerfile: no such file or directory',
      ],
      miss: ['#8 [4/6] COPY dist /app'],
    },
  },
  {
    id: 'image-build',
    title: 'An image could not be built',
    blame: 'code',
    retryable: false,
    hint: true,
    match: { any: [/failed to solve: (?<what>.{1,200})|^The command '(?<what2>[^']+)' returned a non-zero code/] },
    message: 'The image could not be built: {what}.',
    fix: 'The lines of the step that failed, with `#` and its number before them, hold its own error. `docker build --progress=plain --no-cache .` in the working copy shows the same.',
    examples: {
      hit: ['ERROR: failed to solve: process "/bin/sh -c ./build" did not complete successfully: exit code: 1'],
      miss: ['#8 DONE 0.3s'],
    },
  },
  {
    id: 'container-not-started',
    title: 'A container did not start',
    blame: 'runner',
    retryable: true,
    hint: true,
    match: {
      any: [
        /OCI runtime (?:exec|create) failed|failed to create (?:task for container|shim task)|failed to start container|Error response from daemon: (?:Conflict|driver failed|network \S+ not found)/,
      ],
    },
    message: 'Docker could not start a container of the job.',
    fix: '`docker ps -a` and `journalctl -u docker` on the runner’s host; a left-over container of the same name goes with `docker rm -f NAME`.',
    examples: {
      hit: ['Error response from daemon: Conflict. The container name "/FORGEJO-ACTIONS-TASK-7" is already in use'],
      miss: ['Starting container'],
    },
  },
];
