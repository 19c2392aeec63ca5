import { problem } from '../../common/errors.ts';
import type { Host } from '../host/host.ts';
import type { Via } from '../host/via.ts';
import type { Rollout } from './resolve.ts';

const prefix = 'pre-deploy-';

/** A container, seen from the machine that runs it. */
export interface Container {
  readonly program: 'incus' | 'lxc';
  readonly name: string;
  readonly execPrefix: readonly string[];
}

/** The container that a way ends in, and the way to the machine around it; null when it ends in none. */
export function containerOf(via: Via, execPrefix: readonly string[]): { container: Container; around: Via } | null {
  const last = via.hops.at(-1);
  if (last?.kind !== 'container') return null;
  const hops = via.hops.slice(0, -1);
  const text = via.text.split('+').slice(0, -1).join('+');
  return {
    container: { program: last.program, name: last.name, execPrefix },
    around: hops.length === 0 ? { text: 'local', hops: [{ kind: 'local' }] } : { text, hops },
  };
}

/**
 * The containers of which a snapshot is taken before the run.
 *
 * @throws ToolError of kind `problem` that names every host which is none
 */
export function containersOf({ snapshots }: Rollout) {
  const hosts = (snapshots?.hosts ?? []).map((host) => ({ ...host, at: containerOf(host.via, host.open.execPrefix) }));
  const others = hosts.filter(({ at }) => at === null).map(({ name }) => name);
  if (others.length > 0)
    throw problem(
      `No snapshot can be taken of ${others.join(', ')}: ${others.length === 1 ? 'it is no container' : 'they are no containers'}.`,
      'Name each by the machine around it (ssh://HOST+incus:NAME), or leave out snapshot.',
    );
  return hosts.map(({ at, ...host }) => ({ ...host, at: at! }));
}

/** What is run, for plans: incus has a word of its own for snapshots, lxc writes them behind the container's name. */
export function snapshotCommand(
  { program, name, execPrefix }: Container,
  what: 'create' | 'delete' | 'restore',
  snapshot: string,
): readonly string[] {
  if (program === 'incus') return [...execPrefix, 'incus', 'snapshot', what, name, snapshot];
  const words = {
    create: ['snapshot', name, snapshot],
    delete: ['delete', `${name}/${snapshot}`],
    restore: ['restore', name, snapshot],
  };
  return [...execPrefix, 'lxc', ...words[what]];
}

/** Dated by the clock of whoever asks: `pre-deploy-20260131120501`. */
export const snapshotName = (date: Date): string => `${prefix}${date.toISOString().replace(/[-:T]|\.\d+Z/g, '')}`;

/** Snapshots that deploys took, oldest first. */
export async function listSnapshots(around: Host, container: Container): Promise<string[]> {
  const { program, name, execPrefix } = container;
  const [remote, instance] = name.includes(':') ? [`${name.split(':')[0]}:`, name.split(':')[1]!] : ['', name];
  const text = await must(
    around,
    [...execPrefix, program, 'query', `${remote}/1.0/instances/${instance}/snapshots`],
    'Listing the snapshots',
  );
  return (JSON.parse(text) as string[])
    .map((url) => url.split('?')[0]!.split('/').at(-1)!)
    .filter((one) => one.startsWith(prefix))
    .sort();
}

/** Takes a snapshot, then removes those of earlier deploys beyond `keep`. @returns those that are there now, oldest first */
export async function takeSnapshot(
  around: Host,
  container: Container,
  snapshot: string,
  keep: number,
): Promise<string[]> {
  await must(
    around,
    snapshotCommand(container, 'create', snapshot),
    `Taking the snapshot ${snapshot} of ${container.name}`,
  );
  const all = await listSnapshots(around, container);
  const old = all.slice(0, Math.max(0, all.length - keep)).filter((one) => one !== snapshot);
  for (const one of old)
    await must(
      around,
      snapshotCommand(container, 'delete', one),
      `Removing the old snapshot ${one} of ${container.name}`,
    );
  return all.filter((one) => !old.includes(one));
}

export const restoreSnapshot = async (around: Host, container: Container, snapshot: string): Promise<string> =>
  await must(around, snapshotCommand(container, 'restore', snapshot), `Restoring ${snapshot} of ${container.name}`);

async function must(around: Host, argv: readonly string[], what: string): Promise<string> {
  const { code, stdout, stderr } = await around.run(argv, { timeoutMs: 600_000 });
  if (code === 0) return stdout;
  throw problem(
    `${around.name}: ${what} failed: ${(stderr.trim() || stdout.trim()).slice(-600) || `exit code ${code}`}`,
    'Check the container and the storage pool; exec-prefix says what stands before incus or lxc, such as "sudo -n".',
  );
}
