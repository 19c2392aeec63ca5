import { problem } from '../common/errors.ts';
import type { Step } from '../common/plan.ts';
import { quoteAll } from '../common/quote.ts';
import type { Situation, Source } from './deployment.ts';
import {
  hashOnHost,
  hashPart,
  identify,
  identifyPart,
  identityOf,
  pourCommand,
  replaceByLink,
  syncPart,
  unlessSame,
  whileSame,
} from './files.ts';
import type { RunResult } from './host/host.ts';
import { LockLost } from './lock.ts';
import type { Part } from './parts.ts';
import type { FileIdentity } from './preflight/facts.ts';
import { wantedOwner } from './privilege.ts';
import { type Proof, type Prover, prove } from './prove.ts';
import { stateParts } from './records.ts';
import { isSlow, type Release, type State } from './state.ts';
import { lookCommand, transfer } from './transfer/transfer.ts';

/** What comes to the target: a file from here, or a release that the host has kept. */
export type Incoming = { readonly kind: 'file'; readonly source: Source } | { readonly kind: 'release' };

/** What was there before. */
export interface Previous {
  readonly sha256: string;
  /** Where it is kept while the newcomer is not proven. */
  readonly slot: string;
  /** Null for a file that no deploy of ours brought. */
  readonly release: Release | null;
  readonly healthy: boolean;
  /** Its file is in the slot already. */
  readonly kept: boolean;
}

/** One change of a target, and what it has come to. */
export interface Change {
  readonly situation: Situation;
  readonly prover: Prover;
  readonly incoming: Incoming;
  readonly release: Release;
  readonly previous: Previous | null;
  /** What `lookPart` told, until it is used. */
  looked: RunResult | null;
  state: State;
  /** The new file, once it is complete on the host. */
  staged: FileIdentity | null;
  /** The file at the target that was found to be the release. */
  present: FileIdentity | null;
  restarted: boolean;
  /** `performance.now()` when the old process was told to stop, and when the service was healthy again. */
  stoppedAt: number | null;
  healthyAt: number | null;
  bytesSent: number;
  method: string | null;
  proof: Proof | null;
  /** The service's last words when it failed. */
  lastLines: string;
  /** Set when the previous release is back. */
  putBack: Proof | null;
  /** A part that fails when the lock is not ours any more, for the head of whatever changes the host. */
  guard(): Promise<Part>;
  onProgress(done: number, total: number): void;
}

type DeployStep = Step<Change> & { readonly phase: string };

/** The steps of a change, in order. @param ready what to wait for before the service is touched */
export function stepsOf(
  change: Pick<Change, 'situation' | 'incoming' | 'release' | 'previous'>,
  ready?: () => Promise<void>,
): DeployStep[] {
  const { settings } = change.situation;
  if (change.incoming.kind === 'release')
    return [keepStep(change), swapStep(change), restartStep(change), proveStep(change)];
  if (settings.strategy === 'staged')
    return [
      transferStep(change),
      ...(ready ? [waitStep(ready)] : []),
      keepStep(change),
      swapStep(change),
      restartStep(change),
      proveStep(change),
    ];
  return [
    ...uploadStep(change),
    keepStep(change),
    stopStep(change),
    transferStep(change),
    swapStep(change),
    restartStep(change),
    proveStep(change),
  ];
}

type Shape = Pick<Change, 'situation' | 'incoming' | 'release' | 'previous'>;

const lines = (commands: readonly (readonly string[])[]) => commands.map(quoteAll);

/** Where the connected user can put the new file: beside the target, or in its own directory on the way there. */
const uploadPath = ({ remote }: Situation) =>
  remote.privilege.writer === null ? remote.layout.staged : `${remote.workDirectory}/upload`;

/** Looks at what the host has for the transfer, as soon as it is locked. */
export const lookPart = (situation: Situation): Part => ({
  what: 'Looking at what the host has',
  argv: lookCommand(uploadPath(situation)),
  optional: true,
});

async function upload(change: Change): Promise<void> {
  const { situation, incoming, previous } = change;
  if (incoming.kind !== 'file') return;
  const { remote, local } = situation;
  const { method, rate } = await remote.connection.steadily(async () => {
    // It holds for one attempt: that one may leave a part of the file.
    const { looked } = change;
    change.looked = null;
    // What cut the attempt before this one off may have cost the lock: another deploy may be at work there.
    if (looked === null) await remote.together([await change.guard()]);
    const result = await remote.connection.use((host) =>
      transfer(host, {
        looked,
        source: incoming.source.file,
        supply: incoming.source.supply,
        base: previous && {
          sha256: previous.sha256,
          path: previous.kept ? remote.layout.slot(previous.slot) : remote.layout.target,
        },
        slow: isSlow(change.state),
        staged: uploadPath(situation),
        local,
        onProgress: ({ done, total, sent }) => {
          change.bytesSent = Math.max(change.bytesSent, sent);
          change.onProgress(done, total);
        },
      }),
    );
    change.bytesSent = Math.max(change.bytesSent, result.bytesSent);
    return result;
  });
  change.method = method;
  if (rate !== null) change.state = { ...change.state, rate };
}

const waitStep = (ready: () => Promise<void>): DeployStep => ({
  phase: 'wait',
  title: 'Wait until each host of the batch has its file',
  commands: [],
  async apply() {
    await ready();
    return undefined;
  },
});

function uploadStep({ situation }: Shape): DeployStep[] {
  if (situation.remote.privilege.writer === null) return [];
  return [
    {
      phase: 'transfer',
      title: 'Bring the new binary to the host',
      commands: [`# stream ${situation.settings.source} to ${uploadPath(situation)}`],
      async apply(change) {
        await upload(change);
        return undefined;
      },
    },
  ];
}

function transferStep({ situation, incoming }: Shape): DeployStep {
  const { remote, settings, facts } = situation;
  const { layout, privilege } = remote;
  const own = privilege.writer === null;
  const loader = incoming.kind === 'file' ? incoming.source.executable.interpreter : null;
  const uploaded = settings.strategy === 'in-place' && !own;
  return {
    phase: 'transfer',
    title:
      settings.strategy === 'in-place' ? 'Bring the new binary, nothing runs' : 'Put the new binary beside the target',
    commands: [
      ...(uploaded ? [] : [`# stream ${settings.source} to ${uploadPath(situation)}`]),
      ...(own ? [] : lines([pourCommand(remote, uploadPath(situation), layout.staged)])),
      ...lines(attributeCommands(situation).map((argv) => privilege.files(argv))),
      ...(loader === null ? [] : lines([[loader, '--list', layout.staged]])),
    ],
    async apply(change) {
      if (!uploaded) await upload(change);
      if (incoming.kind !== 'file') return undefined;
      const { file } = incoming.source;
      const { staged } = layout;
      const what = 'Giving the new file its owner and mode';
      const parts: readonly Part[] = [
        ...(own
          ? []
          : [
              // One that an attempt before this one still writes could be swapped in, but not executed.
              remote.part('Removing what was staged before', ['rm', '-f', '--', staged]),
              {
                what: 'Copying the upload beside the target',
                argv: pourCommand(remote, uploadPath(situation), staged),
              },
            ]),
        ...attributeCommands(situation).map((argv) => remote.part(what, argv)),
        syncPart(staged),
        identifyPart(staged),
        {
          what: 'Looking for shared libraries',
          argv: loader === null ? ['true'] : [loader, '--list', staged],
          optional: true,
        },
        ...(own ? [] : [hashPart(staged)]),
      ];
      await remote.connection.steadily(async () => {
        const results = (await remote.together(parts, { timeoutMs: 900_000 })).slice(own ? -2 : -3);
        const [identified, libraries, hashed] = results as [RunResult, RunResult, RunResult | undefined];
        if (hashed) {
          const sha256 = await hashOnHost(remote, staged, hashed);
          if (sha256 !== file.sha256)
            throw problem(
              `${remote.name}: ${staged} is not the file that was sent (sha256 ${sha256}).`,
              'Deploy again; if it repeats, check the disk of the host.',
            );
          await remote.ask(['rm', '-f', '--', uploadPath(situation)]);
        }
        change.staged = identityOf(identified);
        if (loader !== null) checkLibraries(remote.name, libraries);
      });
      return `${change.method}, ${facts.machine}`;
    },
    async undo(change) {
      const remove = remote.part('Removing the new file', ['rm', '-f', '--', layout.staged]);
      await remote.connection
        .steadily(async () => remote.together([await change.guard(), remove]))
        .catch((error) => {
          // What stands there is the other deploy's.
          if (!(error instanceof LockLost)) throw error;
        });
    },
  };
}

/**
 * Owner, mode, capabilities and ACL of the new file. GNU cp copies all of them from the present one; a given owner or mode wins.
 * The owner comes first: changing it takes capabilities away.
 */
export function attributeCommands({ remote, facts, settings }: Situation): (readonly string[])[] {
  const { layout } = remote;
  const { target } = facts;
  const { user, group, given } = wantedOwner(facts, settings);
  const copies = facts.copiesAttributes && target.kind === 'file';
  const mode = settings.mode ?? target.mode ?? '0755';
  const me = remote.privilege.writer ?? facts.user.name;
  const from = settings.strategy === 'in-place' ? `${layout.directory}/attributes` : target.path;
  const chown = ['chown', group === null ? user : `${user}:${group}`, '--', layout.staged];
  const root = facts.user.uid === 0 || remote.privilege.writer === 'root';
  const preserve = ['mode', ...(given ? [] : ['ownership']), ...(root ? ['xattr'] : [])].join(',');
  const needsOwner = given || !copies;
  return [
    ...(needsOwner && (root ? user !== 'root' || group !== null : group !== null && user === me) ? [chown] : []),
    ...(copies ? [['cp', '--attributes-only', `--preserve=${preserve}`, '--', from, layout.staged]] : []),
    ...(settings.mode !== undefined || !copies ? [['chmod', mode, '--', layout.staged]] : []),
  ];
}

/** What the host's own loader said when it was to look for every shared library of the new file. */
function checkLibraries(host: string, { code, stdout, stderr }: RunResult): void {
  const said = `${stdout}\n${stderr}`;
  // ldd says `=> not found`, glibc's loader itself and musl's name the first one in a sentence.
  const missing = [
    ...said.matchAll(/^\s*(\S+) => not found/gm),
    ...said.matchAll(/error while loading shared libraries: (\S+): cannot open/g),
    ...said.matchAll(/Error loading shared library (\S+):/g),
  ].map(([, name]) => name!);
  const wrong = said
    .split('\n')
    .filter((line) =>
      /version `[^']+' not found|Error loading shared library|cannot open shared object|symbol not found/.test(line),
    );
  if (missing.length === 0 && wrong.length === 0 && code === 0) return;
  const reason =
    missing.length > 0
      ? `shared libraries are missing: ${[...new Set(missing)].join(', ')}`
      : (wrong[0] ?? said.trim().slice(0, 300));
  throw problem(
    `${host}: the host's loader cannot load the new binary: ${reason}. [deploy/missing-library]`,
    missing.length > 0
      ? `Install them on the host (apt-file search ${missing[0]}), or link them statically.`
      : 'Build it on the system it runs on.',
  );
}

/** Checks how the service is started, keeps what is there now, and says on the host that a change has begun. */
function keepStep({ situation, previous, release, incoming }: Shape): DeployStep {
  const { remote, settings, facts, restart } = situation;
  const { layout, privilege } = remote;
  const { file } = facts.target;
  const inPlace = settings.strategy === 'in-place' && incoming.kind === 'file';
  const newSlot = layout.slot(release.slot);
  const keepPrevious =
    previous && !previous.kept ? [['ln', '-f', '--', layout.target, layout.slot(previous.slot)]] : [];
  const keepNew = incoming.kind === 'file' && !inPlace ? [['ln', '-f', '--', layout.staged, newSlot]] : [];
  const attributes = inPlace && facts.target.kind === 'file' && facts.copiesAttributes ? saveAttributes(situation) : [];
  return {
    phase: 'swap',
    title: previous ? 'Keep the present release' : 'Note on the host that a deploy has begun',
    commands: [
      ...(restart.shown?.prepare ?? []),
      ...lines([...keepPrevious, ...keepNew, ...attributes].map((argv) => privilege.files(argv))),
    ],
    async apply(change) {
      change.state = { ...change.state, pending: release };
      await remote.connection.steadily(async () =>
        remote.together([
          await change.guard(),
          ...restart.preparation,
          ...keepPrevious
            .map((argv) => remote.part('Keeping the present release', argv))
            .map((part) => (file ? whileSame(layout.target, file.inode, part) : part)),
          ...keepNew.map((argv) => remote.part('Keeping the new release', argv)),
          ...attributes.map((argv) => ({ ...remote.part('Keeping the attributes', argv), quiet: true })),
          ...stateParts(remote, change.state),
        ]),
      );
      return previous
        ? `release ${previous.release?.id ?? previous.sha256.slice(0, 8)} in slot ${previous.slot}`
        : undefined;
    },
    async undo(change) {
      // While the failed release is still at the target the next run must know about it.
      const present = await remote.connection.steadily(() => identify(remote, layout.target));
      if (present !== null && present.inode === change.staged?.inode) return;
      change.state = { ...change.state, pending: null };
      await remote.connection.steadily(() => remote.together(stateParts(remote, change.state)));
      if (incoming.kind === 'file')
        await remote.connection.steadily(() =>
          remote.files('Removing the failed release', ['rm', '-f', '--', newSlot]),
        );
    },
  };
}

/** An empty file that carries the target's attributes while the target is away. */
function saveAttributes({ remote, facts }: Situation): (readonly string[])[] {
  const path = `${remote.layout.directory}/attributes`;
  const root = facts.user.uid === 0 || remote.privilege.writer === 'root';
  return [
    ['tee', '--', path],
    ['cp', '--attributes-only', `--preserve=mode${root ? ',ownership,xattr' : ''}`, '--', facts.target.path, path],
  ];
}

/** In place: the old one goes first, as in the runbook. */
function stopStep({ situation, previous }: Shape): DeployStep {
  const { remote, restart, facts } = situation;
  const room = roomForBoth(situation);
  const remove = ['rm', '-f', '--', remote.layout.target];
  const drop = previous ? ['rm', '-f', '--', remote.layout.slot(previous.slot)] : null;
  const commands = room || facts.target.kind !== 'file' ? [] : [remove, ...(drop ? [drop] : [])];
  return {
    phase: 'stop',
    title: room ? 'Stop the service' : 'Stop the service and make room: no backup fits on this disk',
    commands: [`# stop ${restart.what}`, ...lines(commands.map((argv) => remote.privilege.files(argv)))],
    async apply(change) {
      change.stoppedAt = performance.now();
      change.restarted = true;
      await remote.connection.steadily(async () => restart.stop([await change.guard()]));
      await remote.connection.steadily(() => remote.together(commands.map((argv) => remote.part('Making room', argv))));
      return undefined;
    },
    async undo(change) {
      await putBack(change);
    },
  };
}

export const roomForBoth = ({ facts }: Situation, margin = 8 * 1024 * 1024): boolean => {
  const free = facts.directory.disk?.freeBytes;
  return free === undefined || facts.target.file === null || free > facts.target.file.size + margin;
};

function swapStep({ situation, release, incoming }: Shape): DeployStep {
  const { remote, settings } = situation;
  const { layout, privilege } = remote;
  const link = ['ln', '-f', '--', layout.slot(release.slot), layout.staged];
  const move = ['mv', '-f', '--', layout.staged, layout.target];
  return {
    phase: 'swap',
    title:
      settings.strategy === 'in-place' && incoming.kind === 'file'
        ? 'Put the new binary at the target'
        : 'Swap: an atomic rename while the old process still runs',
    commands: lines([...(incoming.kind === 'release' ? [link] : []), move].map((argv) => privilege.files(argv))),
    async apply(change) {
      const slot = layout.slot(release.slot);
      // After a cut the rename may have happened already.
      const parts =
        incoming.kind === 'release'
          ? replaceByLink(remote, slot, layout.staged, layout.target)
          : [
              unlessSame(layout.target, change.staged!.inode, remote.part('Putting the new file in place', move)),
              ...(settings.strategy === 'in-place'
                ? [remote.part('Keeping the new release', ['ln', '-f', '--', layout.target, slot])]
                : []),
            ];
      const results = await remote.connection.steadily(async () =>
        remote.together([await change.guard(), ...parts, identifyPart(layout.target)]),
      );
      if (incoming.kind === 'release') change.staged = identityOf(results.at(-1)!);
      return undefined;
    },
    async undo(change) {
      await putBack(change);
    },
  };
}

function restartStep({ situation }: Shape): DeployStep {
  const { restart, remote } = situation;
  return {
    phase: 'restart',
    title: restart.kind === 'none' ? 'Restart nothing' : `Restart: ${restart.what}`,
    commands: restart.shown?.restart ?? lines(restart.commands.slice(0, 2)),
    async apply(change) {
      try {
        await restartOnce(change);
      } catch (error) {
        change.lastLines = await lastLines(change);
        throw error;
      }
      return remote.privilege.runAs;
    },
  };
}

/** Restarts; when the way in breaks meanwhile it looks before it does so again. */
async function restartOnce(change: Change): Promise<void> {
  const { restart, remote } = change.situation;
  let first = true;
  change.restarted = true;
  await remote.connection.steadily(async () => {
    if (!first && restart.kind === 'process' && (await restart.pulse()).dead === null) return;
    first = false;
    await restart.restart(() => {
      change.stoppedAt ??= performance.now();
    }, [await change.guard()]);
  });
}

function proveStep({ situation }: Shape): DeployStep {
  const { settings, remote } = situation;
  const { health, expectString, verifyCommand } = settings.proof;
  return {
    phase: 'prove',
    title: health ? `Prove it: ${health.samples} good answers of ${health.url}` : 'Prove that it runs the new file',
    commands: [
      ...(health ? [`# GET ${health.url}, ${health.status} wanted, from the host's own address`] : []),
      ...(expectString === undefined
        ? []
        : [quoteAll(['grep', '-q', '-a', '-F', '-e', expectString, '--', remote.layout.target])]),
      ...(verifyCommand ? [`# here: ${quoteAll(verifyCommand)}`] : []),
    ],
    async apply(change) {
      try {
        change.proof = await prove(change.prover, { look: () => checkTarget(change) });
        change.healthyAt = change.proof.healthyAt;
        return change.proof.evidence;
      } catch (error) {
        change.lastLines = await lastLines(change);
        throw error;
      }
    },
  };
}

/** The file's identity suffices where it is the one that was verified when it arrived. */
async function checkTarget(change: Change): Promise<void> {
  const { situation, staged, release } = change;
  const { remote } = situation;
  const { target } = remote.layout;
  await remote.connection.steadily(async () => {
    const present = await identify(remote, target);
    const same =
      present &&
      staged &&
      present.inode === staged.inode &&
      present.size === staged.size &&
      present.mtime === staged.mtime;
    const sha256 = same ? release.sha256 : await hashOnHost(remote, target);
    if (sha256 !== release.sha256)
      throw problem(
        `${remote.name}: ${target} is not what was deployed (sha256 ${sha256}).`,
        'Somebody else writes to that path: find out who.',
      );
    change.present = present;
  });
}

const lastLines = async ({ situation }: Change): Promise<string> => await situation.restart.lastLines().catch(() => '');

/** Brings the previous release back and proves that it is healthy. Without one, the host is left as it was: with none. */
async function putBack(change: Change): Promise<void> {
  const { situation, previous } = change;
  const { remote, restart } = situation;
  const { layout } = remote;
  if (change.putBack) return;
  if (!previous) {
    if (change.restarted) await remote.connection.steadily(() => restart.stop()).catch(() => {});
    await remote.connection.steadily(() =>
      remote.files('Removing the failed release', ['rm', '-f', '--', layout.target]),
    );
    return;
  }
  const kept = await remote.connection.steadily(() => identify(remote, layout.slot(previous.slot)));
  if (!kept)
    throw problem(
      `${remote.name}: there was no room for a backup of the previous release.`,
      'Deploy a working release: the next run puts it in place and starts it.',
    );
  await remote.connection.steadily(() =>
    remote.together(replaceByLink(remote, layout.slot(previous.slot), layout.staged, layout.target)),
  );
  if (change.restarted) {
    await remote.connection.steadily(() => restart.restart(() => {}, restart.preparation));
    change.putBack = await prove(
      { ...change.prover, settings: { ...change.prover.settings, expectString: undefined } },
      { commands: false },
    );
    change.healthyAt = change.putBack.healthyAt;
  }
}
