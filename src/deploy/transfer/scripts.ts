/**
 * What runs on the receiving host: constant text for any POSIX sh, all values as positional parameters. It needs tee (or SFTP), wc, mv,
 * rm and sync; dd to go on after a cut; and whatever decodes and hashes.
 */

/** `sh -c … sh STAGED`: what the host has, and what is left of earlier transfers. */
export const lookScript = `
staged=$1
for tool in zstd gzip tee dd openssl sha256sum shasum; do
  command -v "$tool" >/dev/null 2>&1 && echo "tool $tool"
done
for file in "$staged".*.part; do
  [ -f "$file" ] || continue
  echo "part $(wc -c <"$file") \${file#"$staged."}"
done
directory=\${staged%/*}
[ -d "\${directory:-/}" ] && echo directory
echo "free $(df -Pk "\${directory:-/}" 2>/dev/null | tail -n 1)"
while read -r key value unit; do case $key in MemAvailable:) echo "memory $value";; esac; done 2>/dev/null </proc/meminfo
echo looked
`;

/**
 * What glibc 2.35 and later take in `GLIBC_TUNABLES`: memory in large pages. zstd with a whole file for its dictionary spends half of its
 * time on small ones. Others do not look at it.
 */
export const largePages = 'glibc.malloc.hugetlb=1';

const digest = `
digest() {
  case $hasher in
    openssl) openssl dgst -sha256 -r ;;
    sha256sum) sha256sum ;;
    shasum) shasum -a 256 ;;
    *) cat >/dev/null; echo none ;;
  esac
}
`;

/**
 * The end of a transfer: what is whole and right gets its name after it is on the disk; what is wrong goes; what is only short stays,
 * for the next attempt. A sync that takes no file writes back everything.
 */
const finish = `
bytes=$(wc -c <"$part") || bytes=-1
bytes=$((bytes))
printf '%s\\n' "$said" "size $bytes"
case $said in *'write 0'*) ;; *) rm -f "$part"; exit 1 ;; esac
[ "$bytes" -ge "$size" ] || exit 1
case $said in
  *"sha256 $want"*) ;;
  *'sha256 none'*) echo unverified; exit 0 ;;
  *) rm -f "$part"; exit 1 ;;
esac
[ "$bytes" -eq "$size" ] || { rm -f "$part"; exit 1; }
sync "$part" 2>/dev/null || sync
mv -f "$part" "$staged" && echo staged
`;

/**
 * `sh -c … sh DECODER PART OLD BLOCKS BLOCK HASHER STAGED SHA256 SIZE BASE`: standard input becomes STAGED; a delta starts from BASE.
 * Each attempt writes a file of its own, PART, and begins it with the first BLOCKS blocks of OLD, if there is one: a receiver
 * of an earlier attempt, whose connection only seems dead, may still write into its own. The hash is taken from the bytes on their way to the
 * disk, of a delta behind it.
 */
export const receiveScript = `
set -u
umask 077
decoder=$1 part=$2 old=$3 blocks=$4 block=$5 hasher=$6 staged=$7 want=$8 size=$9
shift 9
base=$1
decode() {
  case $decoder in
    zstd) zstd -dqc ;;
    gzip) gzip -dqc ;;
    delta) GLIBC_TUNABLES=${largePages} zstd -dqc --long=31 --patch-from="$base" ;;
    *) cat ;;
  esac
}
${digest}
rm -f "$staged"
for file in "$staged".*.part; do
  [ "$file" = "$old" ] || rm -f "$file"
done
said=$(
  exec 3>&1
  if [ "$decoder" = delta ]; then
    # It is made of what is here, faster than through pipes: what differs comes in one go at the end.
    decode >"$part"
    echo "decode $?"
    echo 'write 0'
    # Beside the hash; what is left of it at the end is little.
    sync "$part" >/dev/null 2>&1 &
    digest <"$part" | { read -r sum rest; echo "sha256 $sum"; }
    exit
  fi
  {
    [ -z "$old" ] || { dd if="$old" bs="$block" count="$blocks" 2>/dev/null; rm -f "$old"; }
    decode
    echo "decode $?" >&3
  } | {
    tee "$part"
    echo "write $?" >&3
  } | digest | { read -r sum rest; echo "sha256 $sum"; }
)
${finish}`;

/** `sh -c … sh PART HASHER STAGED SHA256 SIZE`: PART, which arrived by other means, becomes STAGED. */
export const acceptScript = `
set -u
part=$1 hasher=$2 staged=$3 want=$4 size=$5
for file in "$staged".*.part; do
  [ "$file" = "$part" ] || rm -f "$file"
done
${digest}
chmod 600 "$part"
said=$(
  echo 'write 0'
  digest <"$part" | { read -r sum rest; echo "sha256 $sum"; }
)
${finish}`;

/** `sh -c … sh PART STAGED`: PART, whose bytes were compared here, becomes STAGED. */
export const keepScript = `
sync "$1" 2>/dev/null || sync
mv -f "$1" "$2" && echo staged
`;
