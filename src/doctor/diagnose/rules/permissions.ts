import type { TextRule } from '../rule.ts';

/** Files and sockets that the job's user may not touch. */
export const permissions: readonly TextRule[] = [
  {
    id: 'tmp-permission',
    title: '/tmp has the wrong permissions',
    blame: 'runner',
    retryable: false,
    match: {
      any: [
        /(?<path>\/tmp(?:\/[^\s:'",)]*)?)['"]?(?: failed)?: (?:\w+ )?[Pp]ermission denied/,
        /(?:EACCES|[Pp]ermission denied).{0,80}['" ](?<path>\/tmp(?:\/[^\s:'",)]*)?)/,
        /(?:Couldn't create temporary file|cannot create temp(?:orary)? file).{0,60}(?<path>\/tmp[^\s:'",)]*)/,
      ],
    },
    message: '{path} may not be written: /tmp of the runner’s host lost its permissions.',
    fix: '`chmod 1777 /tmp` as root on the runner’s host (alm-ci), and `ls -ld /tmp` to prove it: drwxrwxrwt.',
    examples: {
      hit: [
        "mktemp: failed to create directory via template '/tmp/tmp.XXXXXXXXXX': Permission denied",
        "Error: EACCES: permission denied, mkdir '/tmp/npm-1234'",
        'error: linking with `cc` failed: /tmp/rustcAbC: Permission denied',
      ],
      miss: ["EACCES: permission denied, open '/var/tmpl/x'", 'wrote /tmp/report.txt with permission 0600'],
    },
  },
  {
    id: 'docker-socket-permission',
    title: 'The job may not use the Docker socket',
    blame: 'runner',
    retryable: false,
    match: {
      any: [
        /permission denied while trying to connect to the [Dd]ocker (?:daemon socket|API)/,
        /dial unix (?<path>\/[^\s:]*docker\.sock): connect: permission denied/,
      ],
    },
    message: 'The runner’s user may not talk to Docker.',
    fix: '`usermod -aG docker RUNNER_USER` on the runner’s host, then restart the runner: `systemctl restart forgejo-runner`.',
    examples: {
      hit: ['permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock'],
      miss: ['docker daemon socket: /var/run/docker.sock'],
    },
  },
  {
    id: 'foreign-files',
    title: 'Files of another user lie in the workspace',
    blame: 'runner',
    retryable: false,
    passing: true,
    match: {
      any: [
        /(?:rm|rmdir|mv|cp|mkdir|touch|unlink|tar|install): (?:\S+ ){0,6}[‘'"]?(?<path>[^\s'"’:]+)[’'"]?: (?:[\w ]{1,30}: )?Permission denied/,
        /EACCES: permission denied, (?:\w+) '(?<path>[^']+)'/,
        /(?:unable to unlink|could not create work tree dir|cannot open|unable to create file) (?:old )?'?(?<path>[^\s':]+)'?: Permission denied/,
        /(?:insufficient permission for adding an object to repository database) (?<path>\S+)/,
        /failed to (?:remove|create|open|write)(?: file| directory)?:? [`'"]?(?<path>\/[^\s`'":]+)[`'"]?.{0,40}Permission denied/,
      ],
      not: [/[ '"]\/tmp\b/],
    },
    message:
      '{path} belongs to another user than the one the job runs as, often root from an earlier job or container.',
    fix: 'On the runner’s host: `ls -ld {path}`, then `chown -R RUNNER_USER: {path}` (gbuser in the guide’s set-up). In a job that uses containers run them with `--user "$(id -u)"`.',
    examples: {
      hit: [
        "rm: cannot remove 'target/debug/x': Permission denied",
        "npm error Error: EACCES: permission denied, mkdir '/var/lib/runner/.npm/_cacache'",
      ],
      miss: ["mktemp: failed to create directory via template '/tmp/tmp.X': Permission denied", 'rm -f target/debug/x'],
    },
  },
  {
    id: 'apt-not-root',
    title: 'apt is called by a user who may not install',
    blame: 'workflow',
    retryable: false,
    match: {
      any: [/E: Could not open lock file (?<path>\/var\/lib\/\S+) - open \(13: Permission denied\)|are you root\?$/],
    },
    message: 'apt needs root, and the step runs as another user.',
    fix: '`sudo apt-get …` where the runner’s user may; else an image that runs as root or has the packages, or install them once on the runner’s host.',
    examples: {
      hit: ['E: Could not open lock file /var/lib/dpkg/lock-frontend - open (13: Permission denied)'],
      miss: ['Reading package lists... Done'],
    },
  },
  {
    id: 'sudo-password',
    title: 'sudo asks for a password',
    blame: 'runner',
    retryable: false,
    match: {
      any: [
        /sudo: (?:a password is required|a terminal is required|no tty present)/,
        /(?<user>\S+) is not in the sudoers file/,
        /Sorry, user (?<user>\S+) is not allowed to execute '(?<command>[^']+)'/,
      ],
    },
    message: '{user|The user} may not run {command|the command} by sudo without a password.',
    fix: 'On that host, with visudo, a line such as `USER ALL=(root) NOPASSWD: /path/of/the/command`. Give no more than the job needs.',
    examples: {
      hit: ['sudo: a password is required', 'gbuser is not in the sudoers file.'],
      miss: ['sudo: systemctl restart app'],
    },
  },
  {
    id: 'permission-denied',
    title: 'Permission denied',
    blame: 'runner',
    retryable: false,
    hint: true,
    match: { any: [/[Pp]ermission denied|EACCES|Operation not permitted/], not: [/publickey|^(?:find|ls|du|grep): /] },
    message: 'Something may not be touched by the user the job runs as.',
    fix: '`id`, and `ls -l` of the path in the line below, in a step of the job.',
    examples: { hit: ['open /etc/app/key.pem: permission denied'], miss: ['permissions: 0644'] },
  },
];
