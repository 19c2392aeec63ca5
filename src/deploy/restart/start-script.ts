import { quote, quoteAll } from '../../common/quote.ts';

export interface StartSettings {
  readonly command: readonly string[];
  readonly workingDirectory: string;
  readonly envFile?: string | undefined;
  readonly log?: string | undefined;
  /** Absolute path of setsid, or of nohup where there is none. */
  readonly detach: string;
}

/**
 * The program that starts the service: kept on the host, so that it can be started by hand and named in a sudoers file.
 * Run as the service's user. The environment file is parsed line by line, never sourced: nothing in it is executed, and an
 * error names a line, never its content. `start check` does everything but start.
 *
 * Exit codes: 65 a line of the environment file cannot be understood, 66 a file or directory is missing (sysexits.h).
 */
export function startScript({ command, workingDirectory, envFile, log = '/dev/null', detach }: StartSettings): string {
  return `#!/bin/sh
# Written by deploy-binary. Starts the service detached from whoever calls this, and prints its process id.
mode=$1
shift $#
cd -- ${quote(workingDirectory)} || exit 66
: >>${quote(log)} || exit 66
unset SSH_CLIENT SSH_CONNECTION SSH_TTY SSH_AUTH_SOCK SUDO_COMMAND SUDO_USER SUDO_UID SUDO_GID LC_ALL OLDPWD
${envFile === undefined ? '' : loadEnvironment(envFile)}[ "$mode" != check ] || exit 0
${envFile === undefined ? '' : '[ $# = 0 ] || export "$@" || exit 65\n'}${quoteAll([detach, ...command])} </dev/null >>${quote(log)} 2>&1 &
echo "$!"
`;
}

/** Collects `NAME=VALUE` in `$@`: nothing is exported while it is read, so that no name in the file can change the reading. */
const loadEnvironment = (file: string): string =>
  `file=${quote(file)}\n${String.raw`bad() { echo "start: $file, line $number: $1" >&2; exit 65; }
trim() {
  while :; do case $text in [' 	']*) text=\${text#?};; *) break;; esac; done
  while :; do case $text in *[' 	']) text=\${text%?};; *) break;; esac; done
}
unquote() { # $1 the quote
  case $text in "$1"*"$1") [ "\${#text}" -gt 1 ] || bad 'a quote is not closed';; *) bad 'a quote is not closed';; esac
  text=\${text#?}
  text=\${text%?}
}
unescape() {
  rest=$text text=
  while :; do
    case $rest in *\\*) ;; *) text=$text$rest; return;; esac
    text=$text\${rest%%\\*} rest=\${rest#*\\}
    case $rest in
      '"'*|\\*|'$'*|'@BACKTICK@'*) more=\${rest#?}; text=$text\${rest%"$more"} rest=$more;;
      *) text="$text\\";;
    esac
  done
}
cr=$(printf '\r')
number=0
[ -r "$file" ] || { echo "start: $file cannot be read by $(id -un)" >&2; exit 66; }
while IFS= read -r text || [ -n "$text" ]; do
  number=$((number + 1))
  text=\${text%"$cr"}
  trim
  case $text in
    ''|'#'*|';'*) continue;;
    'export '*) text=\${text#export }; trim;;
  esac
  case $text in *=*) ;; *) bad 'neither NAME=VALUE nor a comment';; esac
  value=\${text#*=} text=\${text%%=*}
  trim
  name=$text text=$value
  case $name in ''|[0-9]*|*[!A-Za-z0-9_]*) bad 'what stands before = is no name';; esac
  trim
  case $text in
    \'*) unquote \';;
    '"'*) unquote '"'; unescape;;
  esac
  set -- "$@" "$name=$text"
done <"$file"
`
    .replaceAll('\\${', '${')
    .replace('@BACKTICK@', '`')}`;
