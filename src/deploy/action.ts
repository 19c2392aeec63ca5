import { runAction } from '../common/action.ts';
import { deployBinary } from './command.ts';
import type { HostResult } from './deploy.ts';

/** One host's value is the output itself; those of several are joined by lines, in the order of the hosts. */
const join = (hosts: readonly HostResult[], value: (host: HostResult) => string | number | null): string =>
  hosts.map((host) => value(host) ?? '').join('\n');

await runAction(deployBinary, {
  verbInput: 'verb',
  // A path is no secret, and hiding it would hide what an error is about.
  secrets: /\n|-----BEGIN/.test(process.env.INPUT_IDENTITY ?? '') ? ['identity'] : [],
  outputs: ({ result }) => {
    const hosts = (result as { hosts?: HostResult[] } | undefined)?.hosts ?? [];
    return {
      changed: hosts.some(({ changed }) => changed === true),
      outcome: join(hosts, ({ outcome }) => outcome),
      'downtime-ms': join(hosts, ({ downtimeMs }) => downtimeMs),
      'bytes-sent': join(hosts, ({ bytesSent }) => bytesSent),
      release: join(hosts, ({ release }) => release),
      previous: join(hosts, ({ previous }) => previous),
    };
  },
});
