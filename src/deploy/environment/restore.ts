import type { Outcome } from '../../common/command.ts';
import { usage } from '../../common/errors.ts';
import { exitCode } from '../../common/exit.ts';
import type { Io } from '../../common/io.ts';
import { quoteAll } from '../../common/quote.ts';
import { isCi } from '../../common/terminal.ts';
import { openHost } from '../host/open.ts';
import { type EnvironmentOptions, withEnvironment } from './open.ts';
import { permit } from './protect.ts';
import { inParallel } from './rollout.ts';
import { containerOf, listSnapshots, restoreSnapshot, snapshotCommand } from './snapshot.ts';

/** Puts a container back to a snapshot that a run took before it changed anything. */
export async function restoreEnvironment(environment: string, options: EnvironmentOptions, io: Io): Promise<Outcome> {
  return await withEnvironment(environment, options, io, async (rollout) => {
    const found = rollout.hosts.map((host) => ({ host, at: containerOf(host.via, host.open.execPrefix) }));
    if (options.snapshot === undefined || options.dryRun) {
      const rows = await inParallel(found, async ({ host, at }) => ({
        host: host.name,
        snapshots: at ? await around(host.open, at, (outside) => listSnapshots(outside, at.container)) : [],
        command: at && options.snapshot ? quoteAll(snapshotCommand(at.container, 'restore', options.snapshot)) : null,
      }));
      return {
        exit: exitCode.ok,
        result: { environment, hosts: rows },
        text: () =>
          rows
            .map(({ host, snapshots, command }) => `${host}: ${command ?? (snapshots.join(', ') || 'no snapshots')}`)
            .join('\n'),
      };
    }
    const [only, ...more] = found;
    if (!only?.at || more.length > 0)
      throw usage(
        only && more.length === 0
          ? `${only.host.name} is no container.`
          : 'A snapshot is restored on one host at a time.',
        `Say which: --hosts NAME, one of ${rollout.hosts.map(({ name }) => name).join(', ')}.`,
      );
    permit(rollout, { ci: isCi(io.env), manual: options.manual, confirm: options.confirm });
    if (
      !options.yes &&
      !(
        io.interactive &&
        (await io.ask(`Put ${only.host.name} back to ${options.snapshot}? What was written there since is lost.`))
      )
    )
      throw usage('Restoring a snapshot throws away what was written since.', 'If it is meant: --yes.');
    const { at } = only;
    await around(only.host.open, at, (outside) => restoreSnapshot(outside, at.container, options.snapshot!));
    return {
      exit: exitCode.ok,
      result: { environment, hosts: [{ host: only.host.name, restored: options.snapshot }] },
      text: () => `${only.host.name} is back at ${options.snapshot}.`,
    };
  });
}

async function around<T>(
  open: Parameters<typeof openHost>[1],
  { around: way }: NonNullable<ReturnType<typeof containerOf>>,
  work: (outside: Awaited<ReturnType<typeof openHost>>) => Promise<T>,
): Promise<T> {
  const outside = await openHost(way, open);
  try {
    return await work(outside);
  } finally {
    await outside.close();
  }
}
