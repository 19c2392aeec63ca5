import { problem, unknown, usage } from '../../common/errors.ts';
import type { Host } from '../host/host.ts';
import { fits } from './hosts.ts';
import type { Rollout } from './resolve.ts';

export interface Permission {
  readonly ci: boolean;
  /** Why a person does by hand what is CI's. */
  readonly manual: string | undefined;
  readonly confirm: string | undefined;
}

/**
 * A protected environment is changed by CI, and only when it was named twice.
 *
 * @throws ToolError of kind `usage`
 */
export function permit({ environment, protected: closed }: Rollout, { ci, manual, confirm }: Permission): void {
  if (confirm !== undefined && confirm !== environment)
    throw usage(`--confirm says "${confirm}", and ${environment} is to be changed.`, `Check which one is meant.`);
  if (!closed) return;
  if (confirm === undefined)
    throw usage(
      `${environment} is protected.`,
      `If it is meant: --confirm ${environment}. To look first: deploy-binary plan ${environment}.`,
    );
  if (ci || (manual ?? '').trim() !== '') return;
  throw usage(
    `${environment} is protected: it is changed through CI only.`,
    'Push, and let the workflow deploy. In an emergency: --manual REASON, which is kept in the records on the hosts.',
  );
}

/** Says who the host is by its own word: its name, then what the file $1 holds. */
const placeScript = 'uname -n; [ -z "$1" ] || head -c 300 -- "$1"';

/**
 * Asks a host where it is, and compares.
 *
 * @throws ToolError of kind `problem` when it is somewhere else
 */
export async function checkPlace(host: Host, { environment, marker, hostname }: Rollout): Promise<void> {
  if (marker === undefined && hostname.length === 0) return;
  const { code, stdout, stderr } = await host.run(['sh', '-c', placeScript, 'place', marker ?? ''], {
    timeoutMs: 60_000,
  });
  const [name = '', ...rest] = stdout.split('\n');
  if (name === '')
    throw unknown(`${host.name} does not say what it is called: ${stderr.trim()}`, 'Try `uname -n` there.');
  if (hostname.length > 0 && !hostname.some((pattern) => fits(name, pattern)))
    throw problem(
      `${host.name} calls itself "${name}", which is no host of ${environment} (${hostname.join(', ')}).`,
      'Check the address in deploy.yaml: this looks like another environment. If the name is right, correct hostname there.',
    );
  if (marker === undefined) return;
  const said = rest.join('\n').trim();
  if (code !== 0)
    throw problem(
      `${host.name} does not say that it belongs to ${environment}: ${stderr.trim() || `${marker} cannot be read`}`,
      `On a host of ${environment}, and only there: echo ${environment} | sudo tee ${marker}`,
    );
  if (said !== environment)
    throw problem(
      `${host.name} says in ${marker} that it belongs to "${said.split('\n')[0]!.slice(0, 60)}", not to ${environment}.`,
      'Check the address in deploy.yaml: this looks like another environment.',
    );
}
