import { containerHost } from './container.ts';
import type { Host } from './host.ts';
import { localHost } from './local.ts';
import type { Environment } from './process.ts';
import { sshHost } from './ssh/ssh.ts';
import { resolveTargets, type SshHop, type SshSettings } from './ssh/target.ts';
import type { Via } from './via.ts';

export interface OpenOptions {
  readonly ssh: SshSettings;
  /** What stands before `incus` or `lxc`, such as `sudo -n`. */
  readonly execPrefix: readonly string[];
  /** The environment of local programs. */
  readonly env: Environment;
}

/**
 * Opens a way in.
 *
 * @throws ToolError of kind `usage` for keys or known hosts that cannot be used, `unknown` when the host cannot be reached
 */
export async function openHost({ hops, text }: Via, { ssh, execPrefix, env }: OpenOptions): Promise<Host> {
  const servers = hops.filter((hop): hop is SshHop => hop.kind === 'ssh');
  let host =
    servers.length === 0
      ? localHost(env)
      : await sshHost(text.split('+').slice(0, servers.length).join('+'), await resolveTargets(servers, ssh));
  for (const hop of hops) if (hop.kind === 'container') host = containerHost(host, { ...hop, execPrefix });
  return host;
}
