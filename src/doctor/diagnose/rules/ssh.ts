import type { TextRule } from '../rule.ts';

/** Getting onto a host, and putting a file there. */
export const ssh: readonly TextRule[] = [
  {
    id: 'ssh-host-key-changed',
    title: 'A host’s key is another one than before',
    blame: 'runner',
    retryable: false,
    match: {
      any: [
        /REMOTE HOST IDENTIFICATION HAS CHANGED/,
        /Host key for \[?(?<host>[\w.-]+)\]?\S* has changed/,
        /Offending \w+ key in (?<file>\S+):\d+/,
      ],
    },
    message: 'A host shows another key than the one that is known: it was set up anew, or somebody is in between.',
    fix: 'Find out which, on the host’s own console: `ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub`. Only when it is the key that ssh was shown: `ssh-keygen -R {host|HOST}` as the runner’s user, and pin the new one in known_hosts. Never switch the check off.',
    examples: {
      hit: ['@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @'],
      miss: ["Warning: Permanently added 'system' (ED25519) to the list of known hosts."],
    },
  },
  {
    id: 'ssh-host-key-unknown',
    title: 'A host’s key is not known',
    blame: 'workflow',
    retryable: false,
    match: {
      any: [
        /Host key verification failed/,
        /No \w+ host key is known for (?<host>\S+) and you have requested strict checking/,
      ],
    },
    message: 'ssh does not know the key of {host|the host} and may not ask.',
    fix: '`ssh-keyscan -t ed25519 {host|HOST}` prints it; compare it on the host itself (`ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub`), then put the line into ~/.ssh/known_hosts of the runner’s user, or into a secret that a step writes there (deploy-binary: `known-hosts` or `fingerprint`).',
    examples: {
      hit: [
        'No ED25519 host key is known for system and you have requested strict checking.\nHost key verification failed.',
      ],
      miss: ["Warning: Permanently added 'system' (ED25519) to the list of known hosts."],
    },
  },
  {
    id: 'ssh-key-unreadable',
    title: 'The SSH key cannot be read',
    blame: 'workflow',
    retryable: false,
    match: {
      any: [
        /Load key "(?<key>[^"]+)": (?:error in libcrypto|invalid format)/,
        /Error loading key "(?<key>[^"]+)": (?:error in libcrypto|invalid format)/,
        /Permissions (?<mode>\d+) for '(?<key>[^']+)' are too open/,
        /WARNING: UNPROTECTED PRIVATE KEY FILE/,
      ],
    },
    message: 'The private key {key|file} is not usable: damaged on its way through the secret, or readable by others.',
    fix: 'Write it with its last newline and without Windows line ends: `printf "%s\\n" "$KEY" | tr -d "\\r" > {key|KEYFILE} && chmod 600 {key|KEYFILE}`; `ssh-keygen -y -f {key|KEYFILE}` proves it.',
    examples: {
      hit: ['Load key "/var/lib/runner/.ssh/id_ed25519": error in libcrypto'],
      miss: ['Identity added: /var/lib/runner/.ssh/id_ed25519'],
    },
  },
  {
    id: 'ssh-auth',
    title: 'The host does not take the SSH key',
    blame: 'runner',
    retryable: false,
    match: {
      any: [
        /(?:(?<user>[\w.-]+)@(?<host>[\w.-]+): )?Permission denied \((?:publickey|gssapi|password|keyboard)/,
        /All configured authentication methods failed/,
        /Too many authentication failures/,
      ],
    },
    message: '{host|The host} lets {user|the user} in with none of the keys it was offered.',
    fix: 'As the runner’s user: `ssh -v {user|USER}@{host|HOST} true` names the keys that are tried. The public key (`ssh-keygen -y -f KEYFILE`) must be a line of ~/.ssh/authorized_keys of that user on the host; that file and directory must belong to it and be writable by nobody else.',
    examples: {
      hit: ['gbuser@system: Permission denied (publickey).'],
      miss: ['Authenticated to system using "publickey".'],
    },
  },
  {
    id: 'scp-not-owner',
    title: 'The target of a copy may not be written',
    blame: 'runner',
    retryable: false,
    match: {
      any: [
        /scp: (?:dest open )?"?(?<path>[^":]+)"?: Permission denied/,
        /rsync: .{0,60}(?:mkstemp|open|failed to set).{0,20}"(?<path>[^"]+)" failed: Permission denied/,
      ],
      not: [/publickey/],
    },
    message:
      '{path} on the target host may not be written by the user that copies: it belongs to another user, often root.',
    fix: 'On the target: `ls -l {path}`, then `chown gbuser:gbuser {path}` (the user that deploys; its directory too). `deploy-binary run --owner gbuser:gbuser` sets it at every deploy.',
    examples: {
      hit: [
        'scp: dest open "/opt/gbo/bin/botserver": Permission denied',
        'scp: /opt/gbo/bin/botserver: Permission denied',
      ],
      miss: ['scp: dest open "/opt/gbo/bin/botserver": Failure'],
    },
  },
  {
    id: 'scp-dest-open',
    title: 'The target of a copy is a program that runs',
    blame: 'workflow',
    retryable: false,
    match: { any: [/(?:scp: )?dest open "?(?<path>[^":]+)"?: Failure/, /scp: (?<path>[^":]+): Text file busy/] },
    message:
      '{path} cannot be opened for writing on the target: most often it is the program that runs (OpenSSH says no more than "Failure"); a full disk or a read-only one looks the same.',
    fix: 'Never overwrite a running binary. Copy beside it, and rename it there: `mv {path}.new {path}`, then restart; or stop it before the copy. `deploy-binary run --target {path}` does that, with a check of health and a way back. `df -h {path}` on the target rules out the disk.',
    examples: {
      hit: ['scp: dest open "/opt/gbo/bin/botserver": Failure'],
      miss: ['scp: dest open "/opt/gbo/bin/botserver": Permission denied'],
    },
  },
  {
    id: 'scp-no-directory',
    title: 'The target directory of a copy does not exist',
    blame: 'workflow',
    retryable: false,
    match: {
      any: [
        /scp: (?:dest open |realpath |stat local |stat remote )?"?(?<path>[^":]+)"?: No such file or directory/,
        /rsync: .{0,60}"(?<path>[^"]+)" failed: No such file or directory/,
      ],
    },
    message:
      '{path} does not exist: on the target the directory is missing, or here the build wrote its result elsewhere.',
    fix: '`ls -ld {path}` on both sides. On the target `mkdir -p` makes the directory that it lies in; a missing source means that the build step made something else (profile, target triple, feature).',
    examples: {
      hit: ['scp: stat local "target/release/botserver": No such file or directory'],
      miss: ['scp: dest open "/opt/gbo/bin/botserver": Failure'],
    },
  },
];
