import { unknown } from '../../common/errors.ts';
import type { Host, RunOptions, RunResult } from './host.ts';
import { Refusal } from './refusal.ts';

export interface ContainerOptions {
  readonly program: 'incus' | 'lxc';
  readonly name: string;
  /** What stands before the program, such as `sudo -n`. */
  readonly execPrefix: readonly string[];
}

/** A container, entered with `incus exec` or `lxc exec` on the host `outer`, which is closed with it. */
export function containerHost(outer: Host, { program, name, execPrefix }: ContainerOptions): Host {
  const enter = [...execPrefix, program, 'exec', '--force-noninteractive', name, '--'];
  const label = `${program}:${name}`;
  return {
    name: outer.name === 'local' ? label : `${outer.name}+${label}`,
    networked: outer.networked ?? true,
    outer,
    async run(argv, options) {
      const result = await outer.run([...enter, ...argv], options);
      if (mayBeOurs(result)) await assertEntered(outer, enter, label, options);
      return result;
    },
    close: () => outer.close(),
  };
}

/**
 * Whether a result may be the way in speaking rather than the command: both programs end with 1 (an unknown container) or 127
 * (themselves not found), sudo with 1, and none of it can be told from the command's own exit code.
 */
const mayBeOurs = ({ code, stderr }: RunResult): boolean =>
  code !== 0 && (code === 126 || code === 127 || /^(?:Error: |sudo: |.*permission denied)/im.test(stderr));

async function assertEntered(
  outer: Host,
  enter: readonly string[],
  label: string,
  options: RunOptions | undefined,
): Promise<void> {
  const { code, stderr } = await outer.run([...enter, 'true'], {
    ...(options?.timeoutMs !== undefined && { timeoutMs: options.timeoutMs }),
    ...(options?.signal && { signal: options.signal }),
  });
  if (code === 0) return;
  const message = `No command runs in ${label} from ${outer.name}: ${stderr.trim() || `exit code ${code}`}`;
  const fix = `Try it there: ${enter.join(' ')} true. Where root is needed, pass --exec-prefix 'sudo -n'.`;
  // Anything else may pass: a container that boots, a daemon that is restarted.
  throw /not found|permission denied|password is required/i.test(stderr)
    ? new Refusal(message, fix)
    : unknown(message, fix);
}
