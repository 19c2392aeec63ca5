import type { Outcome } from '../../common/command.ts';
import type { Io } from '../../common/io.ts';
import { count } from '../../common/output/words.ts';
import { exitOf, failures, withoutUnknown } from '../outcome.ts';
import { findLock, lockAlive, notAsked } from '../verbs.ts';
import { showLocks, withLost } from '../view.ts';
import { askEach, type EnvironmentOptions, withEnvironment } from './open.ts';
import { permit } from './protect.ts';
import { inParallel } from './rollout.ts';

/**
 * Shows who holds the locks of an environment, and removes them: those of deploys that died, and with consent those that are
 * alive. Nothing that runs is changed, so that a person may do it where deploys are CI's; a protected environment is named twice.
 */
export async function unlockEnvironment(environment: string, options: EnvironmentOptions, io: Io): Promise<Outcome> {
  return await withEnvironment(environment, options, io, async (rollout, fleet) => {
    if (!options.dryRun) permit(rollout, { ci: true, manual: undefined, confirm: options.confirm });
    const { answers: found, lost } = await askEach(
      rollout,
      ({ host, settings }) => findLock(fleet.connection(host), fleet.work(settings)),
      await fleet.places(rollout),
    );
    const alive = found.filter((one) => one.alive);
    const ask = async () => {
      io.note(showLocks(found, io.view));
      return await io.ask(
        `Break ${count(alive.length, 'lock')} that ${alive.length === 1 ? 'is' : 'are'} alive? Those deploys stop before their next change.`,
      );
    };
    const look = options.dryRun === true;
    const force = !look && alive.length > 0 && (options.yes === true || (io.interactive && (await ask())));
    const locks = await inParallel(found, async ({ remove, service, ...one }) => {
      const kept = (error: unknown) => ({ ...one, service, left: notAsked(one.host, error) });
      if (one.lock === null || look) return { ...one, service, left: null };
      if (one.alive && !force) return kept(lockAlive(one));
      return await remove().then((done) => ({ ...done, service, left: null }), kept);
    });
    const wrong = [...locks.flatMap(({ left }) => left ?? []), ...lost];
    return {
      exit: exitOf(failures(wrong)),
      result: {
        environment: rollout.environment,
        hosts: [
          ...locks.map(({ left, ...one }) => ({ ...one, error: left?.error ?? null, fix: left?.fix ?? null })),
          ...lost.map(withoutUnknown),
        ],
      },
      text: (view) => withLost(showLocks(locks, view), wrong, view),
    };
  });
}
