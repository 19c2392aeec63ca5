import { processFunctions } from '../restart/process-script.ts';

/**
 * Learns everything about a host in one round trip. POSIX sh; every program in it is part of coreutils and busybox, others are
 * only used where they are found. Prints `key NUL value NUL` pairs, so that no path can be mistaken for something else.
 *
 * $1 target  $2 unit or ''  $3 port in hexadecimal or ''  $4 environment file or ''  $5 loader the new file asks for or ''
 * $6 working directory or ''  $7 log file or ''  $8 `never`, or the user whose processes are looked for with sudo, '' to find out
 * then the command that talks to the service manager: `systemctl`, `systemctl --user`, …
 */
export const factsScript = String.raw`
LC_ALL=C; export LC_ALL
PATH=$PATH:/usr/sbin:/sbin
nl='
'
put() { printf '%s\0%s\0' "$1" "$2"; }
# Whole lines of a program's output, even those that end in newlines.
resolve() { resolved=$(readlink -f -- "$1" 2>/dev/null && echo .) && resolved=\${resolved%"$nl."}; }
target=$1 unit=$2 port=$3 env_file=$4 loader=$5 working=$6 log=$7 look_as=$8
shift 8

resolve "$target" || { resolve "$(dirname -- "$target")" && resolved=$resolved/\${target##*/}; } || resolved=$target
t=$resolved
dir=\${t%/*}
[ -n "$dir" ] || dir=/
put resolved "$t"
put machine "$(uname -m)"
put kernel "$(uname -sr)"
put clock "$(date +%s)"
put boot "$(cat /proc/sys/kernel/random/boot_id 2>/dev/null)"
put uid "$(id -u)"
put user "$(id -un 2>/dev/null)"
put group "$(id -gn 2>/dev/null)"
put groups "$(id -Gn 2>/dev/null)"
put home "$HOME"
libc=$(getconf GNU_LIBC_VERSION 2>/dev/null) || libc=$(ldd --version 2>&1)
put libc "$libc"
# Looked up by hand: a subshell for each would take longer than everything else.
locate() {
  IFS=:
  for place in $PATH; do
    [ -x "$place/$1" ] && [ -f "$place/$1" ] && { program=$place/$1; unset IFS; return 0; }
  done
  unset IFS
  return 1
}
for tool in bash zstd gzip sha256sum setsid nohup curl wget sync tail runuser getcap setcap sudo systemctl journalctl find sh cat \
  cp mv ln rm rmdir mkdir tee chown chmod kill stat grep; do
  locate "$tool" && put tool "$tool=$program"
done
cp --help 2>&1 | { while read -r line; do case $line in *attributes-only*) put cp-attributes yes;; esac; done; }

if [ -d "$t" ]; then put kind directory
elif [ -f "$t" ]; then put kind file
elif [ -e "$t" ]; then put kind other
else put kind missing; fi
if [ -f "$t" ]; then
  put stat "$(stat -c '%u %g %a %s %Y %d:%i %h' -- "$t")"
  put owner "$(stat -c '%U:%G' -- "$t")"
  put listing "$(ls -ld -- "$t")"
  put capabilities "$(getcap -- "$t" 2>/dev/null)"
  [ -w "$t" ] && put target-writable yes
fi
if [ -d "$dir" ]; then
  put dir-owner "$(stat -c '%u %U %G' -- "$dir")"
  put dir-disk "$(stat -f -c '%a %S %d %c' -- "$dir" 2>/dev/null)"
  [ -w "$dir" ] && [ -x "$dir" ] && put dir-writable yes
fi
put home-disk "$(stat -f -c '%a %S %d %c' -- "$HOME" 2>/dev/null)"
[ -d "$HOME" ] && [ -w "$HOME" ] && put home-writable yes

state=$dir/.\${t##*/}.deploy
[ -d "$state" ] && put state-dir "$(stat -c '%u %U' -- "$state")"
[ -e "$state/start" ] && put start yes
[ -e "$state/lock" ] && put locked yes
[ -r "$state/state" ] && put state "$(cat -- "$state/state")"
for slot in "$state"/releases/*; do
  [ -f "$slot" ] && put slot "\${slot##*/} $(stat -c '%d:%i %s %Y' -- "$slot")"
done

[ -n "$loader" ] && [ -e "$loader" ] && put loader yes
for file in "$env_file"; do
  [ -n "$file" ] || continue
  if [ -f "$file" ]; then [ -r "$file" ] && put env-file readable || put env-file there
  elif [ -x "\${file%/*}/" ]; then put env-file missing
  else put env-file hidden; fi
done
[ -n "$working" ] && { [ -d "$working" ] && put working yes || { [ -x "\${working%/*}/" ] && put working no; }; }
[ -n "$log" ] && { [ -d "\${log%/*}/" ] && put log-dir yes || put log-dir no; }

command -v sudo >/dev/null 2>&1 && [ "$(id -u)" != 0 ] && {
  rules=$(sudo -n -l 2>&1) && put sudo "$rules" || put sudo-refused "$rules"
}

systemd=
if [ -d /run/systemd/system ] && command -v systemctl >/dev/null 2>&1; then
  systemd=yes
  put systemd yes
  [ -n "$XDG_RUNTIME_DIR" ] || { XDG_RUNTIME_DIR=/run/user/$(id -u); export XDG_RUNTIME_DIR; }
  for name in "\${t##*/}" "$unit"; do
    case $name in ''|*[!A-Za-z0-9:_.\\@-]*|-*) continue;; esac
    case $name in *.service) ;; *) name=$name.service;; esac
    put unit "$("$@" show --no-pager -p Id,LoadState,ActiveState,SubState,MainPID,NRestarts,User,ExecStart,Restart "$name" 2>/dev/null)"
  done
  put units "$("$@" show --no-pager -p Id,LoadState,MainPID,ExecStart '*.service' 2>/dev/null)"
fi

me=$(id -un 2>/dev/null)
case $look_as in
  never) look_as=;;
  '')
    look_as=$(stat -c %U -- "$t" 2>/dev/null)
    case " $* " in
      *' --user '*) look_as=$me;;
      *)
        if [ -n "$unit" ] && [ -n "$systemd" ]; then
          look_as=$("$@" show --no-pager --value -p User "$unit" 2>/dev/null)
          [ -n "$look_as" ] || look_as=root
        fi;;
    esac
    # The kernel hides what a program with capabilities does, even from its own user.
    [ -n "$(getcap -- "$t" 2>/dev/null)" ] && look_as=root;;
esac
{ [ "$(id -u)" = 0 ] || [ "$look_as" = "$me" ]; } && look_as=
put look-as "$look_as"

${processFunctions}
processes "$t" "$look_as"

if [ -n "$port" ]; then
  for table in /proc/net/tcp /proc/net/tcp6; do
    [ -r "$table" ] || continue
    while read -r _ local _ st _ _ _ uid _ inode _; do
      case $st/$local in 0A/*:"$port") put listener "$uid $inode";; esac
    done <"$table"
  done
fi

put end yes
`.replaceAll('\\${', '${');
