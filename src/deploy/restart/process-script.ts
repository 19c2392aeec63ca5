/**
 * Functions in POSIX sh that find the processes which execute a file by `/proc/PID/exe`, so that no namesake and no caller is
 * taken for one. Needs `put`; prints `process` with `PID UID present|deleted ANCESTOR…` and the control groups behind a newline.
 * Where another user owns a process, only that user or root may read the link: `processes TARGET USER` looks with sudo too.
 */
export const processFunctions = String.raw`
nl='
'
report() { # PID, present|deleted
  uid= nested= parent=
  while read -r key a b rest; do
    case $key in Uid:) uid=$a;; PPid:) parent=$a;; NSpid:) nested=$b;; State:) [ "$a" != Z ] || return 0;; esac
  done <"/proc/$1/status" 2>/dev/null
  ancestors=
  while [ "\${parent:-0}" -gt 1 ]; do
    ancestors="$ancestors $parent" child=$parent parent=
    while read -r key a rest; do case $key in PPid:) parent=$a;; esac; done <"/proc/$child/status" 2>/dev/null
  done
  # One that has more than one number lives in a container of its own: a namesake.
  [ -n "$uid" ] && [ -z "$nested" ] && put process "$1 $uid $2$ancestors$nl$(cat "/proc/$1/cgroup" 2>/dev/null)"
}
list() { # present|deleted, pattern, user to look as or ''
  kind=$1
  # sudo gets a fixed argument list, which a sudoers file can name; without it the shell names the links, which is faster.
  if [ -n "$3" ]; then sudo -n -u "$3" find /proc -maxdepth 2 -name exe -lname "$2"
  else find /proc/[0-9]*/exe -maxdepth 0 -lname "$2"; fi 2>/dev/null | while read -r link; do
    pid=\${link#/proc/}
    report "\${pid%/exe}" "$kind"
  done
}
processes() { # target, user to look as or ''
  if find / -maxdepth 0 -lname x >/dev/null 2>&1; then
    pattern=$(printf '%s.' "$1" | sed 's/[][\\*?]/\\&/g')
    pattern=\${pattern%.}
    list present "$pattern" ''
    list deleted "$pattern (deleted)" ''
    if [ -n "$2" ]; then
      list present "$pattern" "$2"
      list deleted "$pattern (deleted)" "$2"
    fi
    return 0
  fi
  # busybox: its find does not know -lname.
  for link in /proc/[0-9]*/exe; do
    exe=$(readlink "$link" 2>/dev/null && echo .) || { [ -n "$2" ] && exe=$(sudo -n -u "$2" readlink "$link" 2>/dev/null && echo .); } || continue
    pid=\${link#/proc/}
    case $exe in
      "$1$nl.") report "\${pid%/exe}" present;;
      "$1 (deleted)$nl.") report "\${pid%/exe}" deleted;;
    esac
  done
}
`.replaceAll('\\${', '${');
