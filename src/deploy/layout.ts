/** Where things are on the host. All of it lies beside the target, on its file system: a rename and a hard link reach it. */
export interface Layout {
  readonly target: string;
  /** `.NAME.deploy` in the target's directory. */
  readonly directory: string;
  readonly releases: string;
  /** Where a new binary waits for the swap. */
  readonly staged: string;
  readonly state: string;
  readonly stateNew: string;
  /** One JSON line a deploy. */
  readonly history: string;
  readonly lock: string;
  /** Starts the service, detached (restart `process`). */
  readonly start: string;
  readonly startNew: string;
  slot(name: string): string;
}

/** @param target with every symbolic link followed */
export function layoutOf(target: string): Layout {
  const cut = target.lastIndexOf('/');
  const directory = `${target.slice(0, cut)}/.${target.slice(cut + 1)}.deploy`;
  const releases = `${directory}/releases`;
  return {
    target,
    directory,
    releases,
    staged: `${directory}/staged`,
    state: `${directory}/state`,
    stateNew: `${directory}/state.new`,
    history: `${directory}/history`,
    lock: `${directory}/lock`,
    start: `${directory}/start`,
    startNew: `${directory}/start.new`,
    slot: (name) => `${releases}/${name}`,
  };
}
