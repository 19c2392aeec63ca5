import { randomUUID } from 'node:crypto';
import { PassThrough } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { problem } from '../common/errors.ts';
import { duration } from '../common/output/words.ts';
import type { RunResult } from './host/host.ts';
import { Refusal } from './host/refusal.ts';
import { type Part, sheetOf } from './parts.ts';
import { commandFailed } from './privilege.ts';
import { type Remote, writeCommands } from './remote.ts';
import type { LockSettings, Origin } from './settings.ts';

const ownerRecord = z.object({
  token: z.string(),
  by: z.string(),
  runUrl: z.string().nullable(),
  action: z.string(),
  /** A process on the host that ends with the holder's connection. */
  keeper: z.object({ pid: z.number(), started: z.string() }).nullable(),
  bootId: z.string(),
  /** Seconds. */
  expiry: z.number(),
});
type Owner = z.infer<typeof ownerRecord>;

/** What is known about a lock. Ages are seconds by the host's clock, so that other clocks do not matter. */
export interface LockState {
  readonly held: boolean;
  readonly owner: { readonly by: string; readonly runUrl: string | null; readonly action: string } | null;
  readonly ageSeconds: number | null;
  /** Why nobody holds it any more, although it is there. */
  readonly dead: string | null;
  readonly token: string | null;
}

/** Reads lock $1 in one go: `present`, ages of the lock and of its last sign of life, owner, boot, and the keeper's start time. */
const lockScript = String.raw`
LC_ALL=C; export LC_ALL
put() { printf '%s\0%s\0' "$1" "$2"; }
[ -d "$1" ] || exit 0
now=$(date +%s)
put present yes
put age "$((now - $(stat -c %Y -- "$1" 2>/dev/null || echo "$now")))"
put boot "$(cat /proc/sys/kernel/random/boot_id 2>/dev/null)"
if owner=$(cat -- "$1/owner" 2>/dev/null); then
  put owner "$owner"
  put heard "$((now - $(stat -c %Y -- "$1/owner" 2>/dev/null || echo "$now")))"
  pid=\${owner##*'"pid":'}
  pid=\${pid%%[!0-9]*}
  [ -n "$pid" ] && read -r line <"/proc/$pid/stat" && put keeper "$line"
fi 2>/dev/null
[ -d "$1/steal" ] && put steal "$((now - $(stat -c %Y -- "$1/steal" 2>/dev/null || echo "$now")))"
exit 0
`.replaceAll('\\${', '${');

/** The keeper knows its process id and start time, and behind its parts lives as long as the connection does. */
const keeperScript = {
  before: 'read -r line </proc/$$/stat; keeper="$$ $line"; export keeper',
  behind: 'exec cat >/dev/null',
};

/** Prints an owner's record with the keeper filled in: $1 stands before it, $2 behind. */
const recordScript = String.raw`
set -f
before=$1 behind=$2 pid=\${keeper%% *}
set -- \${keeper##*) }
[ $# -gt 19 ] || { printf '%snull%s\n' "$before" "$behind"; exit; }
shift 19
printf '%s{"pid":%s,"started":"%s"}%s\n' "$before" "$pid" "$1" "$behind"
`.replaceAll('\\${', '${');

/** Fails when lock $1 is not signed with $2 any more. */
const guardScript = 'case $(cat -- "$1/owner") in *"$2"*) ;; *) exit 1;; esac';

/** A lock without an owner's record is being taken or given back, one with `steal` is being taken over; for that many seconds. */
const bareSeconds = 5;

const startOf = (stat: string | undefined): string | undefined => stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19];

type Seen = LockState & { readonly stealSeconds: number | null };

async function look(remote: Remote): Promise<Seen> {
  const text = await remote.must('Looking at the lock', ['sh', '-c', lockScript, 'lock', remote.layout.lock]);
  const words = text.split('\0');
  const value = (key: string) => {
    for (let at = 0; at + 1 < words.length; at += 2) if (words[at] === key) return words[at + 1];
    return undefined;
  };
  const steal = value('steal');
  const stolen = steal === undefined ? null : Number(steal);
  if (value('present') === undefined)
    return { held: false, owner: null, ageSeconds: null, dead: null, token: null, stealSeconds: stolen };
  const age = Number(value('age'));
  const parsed = parseOwner(value('owner'));
  if (!parsed) {
    const dead = age > bareSeconds ? `it has had no owner for ${duration(age)}` : null;
    return { held: dead === null, owner: null, ageSeconds: age, dead, token: null, stealSeconds: stolen };
  }
  const dead = whyDead(parsed, Number(value('heard')), value('boot') ?? '', startOf(value('keeper')));
  const { by, runUrl, action, token } = parsed;
  return { held: dead === null, owner: { by, runUrl, action }, ageSeconds: age, dead, token, stealSeconds: stolen };
}

function parseOwner(text: string | undefined): Owner | null {
  try {
    return ownerRecord.parse(JSON.parse(text ?? ''));
  } catch {
    return null;
  }
}

function whyDead(owner: Owner, heard: number, bootId: string, keeperStart: string | undefined): string | null {
  if (owner.bootId !== bootId) return 'the host was started again since';
  if (owner.keeper && keeperStart !== owner.keeper.started) return "its holder's connection is gone";
  if (heard > owner.expiry) return `its holder has given no sign of life for ${duration(heard)}`;
  return null;
}

export const readLock = async (remote: Remote): Promise<LockState> => {
  const { held, owner, ageSeconds, dead, token } = await look(remote);
  return { held, owner, ageSeconds, dead, token };
};

/** The commands that a lock takes, for `plan` and the sudoers lines. */
export const lockCommands = (lock: string): readonly (readonly string[])[] => [
  ['mkdir', '--', lock],
  ...writeCommands(`${lock}/owner.new`),
  ['mv', '-f', '--', `${lock}/owner.new`, `${lock}/owner`],
  ['mkdir', '--', `${lock}/steal`],
  ['rmdir', '--', `${lock}/steal`],
  ['rm', '-rf', '--', lock],
];

/** Another deploy has the lock. */
export class LockLost extends Refusal {}

/** A lock that is held. */
export interface Lock {
  /** Why the former holder's lock counted as dead, when there was one. */
  readonly inherited: string | null;
  /** What became of the parts that were to be run behind the taking; null when it was not taken at the first attempt. */
  readonly results: readonly RunResult[] | null;
  /**
   * A part that fails when another deploy took the lock because we were not heard of: to stand before what changes the host.
   *
   * @throws LockLost when that is known already
   */
  guard(): Promise<Part>;
  release(): Promise<void>;
}

/**
 * Takes the lock of this host and target, waiting `waitMs` for a live holder. The directories that it needs are made first.
 *
 * It is a directory, made atomically. Its holder is known alive by a process on the host that ends with the connection, and by
 * a record that is renewed; a lock whose holder is dead is taken over by one newcomer only.
 *
 * @param behind run in the same round trip, where nobody holds the lock; short ones
 * @throws ToolError of kind `problem` when another deploy holds it
 */
export async function takeLock(
  remote: Remote,
  settings: LockSettings,
  origin: Origin,
  action: string,
  bootId: string,
  behind: readonly Part[] = [],
): Promise<Lock> {
  const token = randomUUID();
  const { lock, releases } = remote.layout;
  const until = Date.now() + settings.waitMs;
  const record = (process: Owner['keeper']) =>
    JSON.stringify({
      token,
      by: origin.by,
      runUrl: origin.runUrl,
      action,
      bootId,
      expiry: Math.ceil(settings.expiryMs / 1000),
      keeper: process,
    } satisfies Owner);
  // Renewed as a whole: whoever reads a half-written record would find the lock without an owner.
  const sign = (process: Owner['keeper']) =>
    remote.write('Signing the lock', `${lock}/owner.new`, `${lock}/owner`, `${record(process)}\n`);
  const make = remote.part('Taking the lock', ['mkdir', '--', lock]);
  const pieces = record(null).split(/null(?=\}$)/) as [string, string];
  const firstParts: readonly Part[] = [
    remote.part('Making the directory of the releases', ['mkdir', '-p', '--', releases]),
    ...(remote.privilege.writer === null
      ? []
      : [{ what: 'Making a place for the upload', argv: ['mkdir', '-p', '--', remote.workDirectory] }]),
    make,
    ...sign(null).map((part) =>
      part.from ? { ...part, from: ['sh', '-c', recordScript, 'record', ...pieces] } : part,
    ),
    ...behind,
  ];
  let lost = false;
  const guard: Part = {
    what: 'Looking at the lock',
    argv: ['sh', '-c', guardScript, 'guard', lock, `"token":"${token}"`],
    error: () => {
      lost = true;
      return new LockLost(
        `${remote.name}: another deploy has taken over the lock while this one was cut off.`,
        'See `deploy-binary history`, then deploy again if it is still wanted.',
      );
    },
  };

  let inherited: string | null = null;
  let absent = 0;
  let keeper: Keeper | undefined;
  /** One attempt to become the owner of a lock that is there; may be repeated when the way in broke. */
  const attempt = async (): Promise<boolean> => {
    if (!keeper || keeper.ended) keeper = await keep(remote);
    const made = await remote.ask(make.argv);
    if (made.code !== 0) {
      const state = await look(remote);
      if (state.ageSeconds === null) {
        // Given back between the two looks; when that repeats, the directory cannot be made at all.
        if (++absent > 3) throw commandFailed(remote.name, make.what, make.argv, made);
        return false;
      }
      const mine = state.token === token;
      if (!mine && (state.dead === null || !(await inherit(remote, state)))) {
        if (Date.now() >= until) throw locked(remote.name, state);
        return false;
      }
      if (!mine) inherited = state.dead;
    }
    await remote.together(sign(keeper.process));
    if (inherited !== null) await remote.ask(remote.privilege.files(['rmdir', '--', `${lock}/steal`]));
    return true;
  };
  const first = await remote.connection.steadily(async () => {
    const kept = await keepBehind(remote, firstParts);
    if (kept.failed === make) return null;
    remote.ended(firstParts, kept.results, kept.whole);
    return kept;
  });
  keeper = first?.keeper;
  try {
    while (!first && !(await remote.connection.steadily(attempt))) await sleep(500);
  } catch (error) {
    keeper?.end();
    throw error;
  }

  const check = async () => {
    if (keeper!.ended) keeper = await keep(remote);
    await remote.together([guard, ...sign(keeper!.process)]);
  };
  // One at a time: the timer's must not come between another one's two commands, nor behind the release.
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    const turn = last.then(work);
    last = turn.catch(() => {});
    return turn;
  };
  const timer = setInterval(() => void inTurn(check).catch(() => {}), settings.expiryMs / 3);
  timer.unref();
  return {
    inherited,
    results: first ? first.results.slice(firstParts.length - behind.length) : null,
    async guard() {
      if (lost) throw guard.error!({ code: 1, signal: null, stdout: '', stderr: '' });
      if (keeper!.ended) await inTurn(() => remote.connection.steadily(check));
      return guard;
    },
    async release() {
      clearInterval(timer);
      const remove = remote.part('Giving the lock back', ['rm', '-rf', '--', lock]);
      await inTurn(() =>
        remote.connection.steadily(async () => {
          await remote.together([guard, remove]);
        }),
      ).catch((error) => {
        if (!lost) throw error;
      });
      keeper!.end();
    },
  };
}

/** Among several who find the same dead lock only one may take it: the one who makes this directory. */
async function inherit(remote: Remote, before: Seen): Promise<boolean> {
  const steal = `${remote.layout.lock}/steal`;
  if (before.stealSeconds !== null && before.stealSeconds > bareSeconds)
    await remote.ask(remote.privilege.files(['rmdir', '--', steal]));
  const made = await remote.ask(remote.privilege.files(['mkdir', '--', steal]));
  if (made.code !== 0) return false;
  // Between our look and now another newcomer may have come and gone: the dead one must still be the owner.
  const now = await look(remote);
  if (now.ageSeconds !== null && now.token === before.token) return true;
  await remote.ask(remote.privilege.files(['rmdir', '--', steal]));
  return false;
}

interface Keeper {
  readonly process: Owner['keeper'];
  readonly ended: boolean;
  end(): void;
}

const keep = async (remote: Remote): Promise<Keeper> => (await keepBehind(remote, [])).keeper;

/** Runs parts, and stays as the keeper behind them. When one fails there is no keeper. */
async function keepBehind(remote: Remote, parts: readonly Part[]) {
  const stdin = new PassThrough();
  const self: Part = { what: 'Starting the keeper of the lock', argv: ['sh', '-c', 'echo "$keeper"'] };
  const all = [self, ...parts];
  const { argv, read } = sheetOf(all, keeperScript);
  let ended = false;
  const chunks: Buffer[] = [];
  const said = () => Buffer.concat(chunks).toString('utf8');
  const whole = await new Promise<RunResult>((resolve, reject) => {
    remote.connection
      .run(argv, {
        stdin,
        onStdout: (chunk) => {
          chunks.push(chunk);
          if (read(said()).length === all.length) resolve({ code: null, signal: null, stdout: said(), stderr: '' });
        },
      })
      .finally(() => {
        ended = true;
      })
      .then(resolve, reject);
  });
  const [who, ...results] = read(said(), whole.stderr);
  const text = who?.stdout ?? '';
  const pid = Number.parseInt(text, 10);
  const started = startOf(text);
  return {
    keeper: {
      process: Number.isInteger(pid) && started !== undefined ? { pid, started } : null,
      get ended() {
        return ended;
      },
      end: () => stdin.end(),
    } satisfies Keeper,
    results,
    whole,
    /** The part that ended it. */
    failed: parts.find(({ optional }, index) => !optional && (results[index]?.code ?? 0) !== 0),
  };
}

function locked(host: string, { owner, ageSeconds }: LockState) {
  const who = owner
    ? `${owner.by} (${owner.action}${owner.runUrl ? `, ${owner.runUrl}` : ''})`
    : 'somebody who has not signed yet';
  return problem(
    `${host}: locked by ${who} for ${duration(ageSeconds ?? 0)}.`,
    'Wait until that deploy is done and run this one again; `deploy-binary unlock --yes` breaks a lock that nobody needs.',
  );
}

/** Removes a lock whoever holds it. @returns what was removed, null when there was none */
export async function breakLock(remote: Remote): Promise<LockState | null> {
  const state = await readLock(remote);
  if (state.ageSeconds === null) return null;
  await remote.files('Removing the lock', ['rm', '-rf', '--', remote.layout.lock]);
  return state;
}
