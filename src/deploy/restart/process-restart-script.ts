import { processFunctions } from './process-script.ts';

const common = String.raw`
LC_ALL=C; export LC_ALL
put() { printf '%s\0%s\0' "$1" "$2"; }
${processFunctions}
`;

/** Lists the processes that execute $1, looking as user $2 ('' for oneself), and says the uid of $3. */
export const listScript = `${common}
put wanted "$(id -u -- "$3" 2>/dev/null)"
processes "$1" "$2"
put end yes
`;

/**
 * Stops the processes of a user that execute a file and starts the service anew, in one go on the host: a connection that breaks
 * in between leaves no host without a service.
 *
 * $1 target  $2 user to look and kill as, '' for oneself  $3 the service's user  $4 grace in hundredths of a second
 * $5 a file that says which run of this script is under way; behind it the start command, or nothing to only stop
 *
 * Exit codes: 73 the file cannot be written, 75 a process does not go; else the start command's.
 */
export const restartScript = String.raw`${common}
target=$1 look_as=$2 grace=$4 guard=$5
service_uid=$(id -u -- "$3") || exit 67
shift 5

started() { # process: when, in ticks since the host was
  read -r line <"/proc/$1/stat" || return 1
  set -f; set -- \${line##*) }; set +f
  shift 19 && echo "$1"
}
pause() { sleep 0.02 2>/dev/null && waited=$((waited + 2)) || { sleep 1; waited=$((waited + 100)); }; }
found() ( # the service's processes: all, or only those that execute what is at the target now
  which=$1
  put() { set -f; set -- $2; case $2/$which/$3 in "$service_uid"/all/*|"$service_uid"/present/present) echo "$1";; esac; }
  processes "$target" "$look_as"
)
send() { if [ -n "$look_as" ]; then sudo -n -u "$look_as" kill "-$1" "$2"; else kill "-$1" "$2"; fi; }
gone() { # processes; a zombie executes nothing any more
  for pid; do
    state=
    while read -r key value rest; do case $key in State:) state=$value;; esac; done <"/proc/$pid/status"
    case $state in ''|Z|X) ;; *) return 1;; esac
  done 2>/dev/null
}

# A run that a broken connection left behind is let finish: two at once would start the service twice.
waited=0
while read -r other since <"$guard" && [ "$(started "$other")" = "$since" ] && [ "$waited" -lt $((grace + 3000)) ]; do pause; done 2>/dev/null
if [ "$waited" -gt 0 ] && [ $# -gt 0 ]; then
  pid=$(found present)
  [ -z "$pid" ] || { put pid "$pid"; exit 0; }
fi
echo "$$ $(started $$)" >"$guard" || exit 73

old=$(found all)
put old "$(echo $old)"
put stopping yes
# From here to the start nothing is printed, since a closed channel would end the script, and no hang-up stops it half-way.
trap : HUP INT TERM
for pid in $old; do send TERM "$pid"; done 2>/dev/null
waited=0
until gone $old || [ "$waited" -ge "$grace" ]; do pause; done
if ! gone $old; then
  for pid in $old; do gone "$pid" || send KILL "$pid" || reason=$?; done
  waited=0
  until gone $old || [ "$waited" -ge 500 ]; do pause; done
fi
if ! gone $old; then
  rm -f -- "$guard"
  echo "these processes do not go, not even with SIGKILL: $(echo $old)" >&2
  exit 75
fi
code=0
if [ $# -gt 0 ]; then pid=$("$@"); code=$?; fi
rm -f -- "$guard"
put pid "$pid"
exit $code
`.replaceAll('\\${', '${');
