import { whenInterrupted } from '../../common/interrupted.ts';
import type { Fleet } from './rollout.ts';

/**
 * Says what is half done when a person or a runner ends the process in the middle of a run. The hosts need nothing more: each has
 * the old or the new binary, whole, and its lock counts as dead when the connection is gone.
 *
 * @returns the fleet that is watched, and how to stop watching
 */
export function sayWhenInterrupted<Some extends Fleet>(
  fleet: Some,
  say: (text: string) => void,
): { fleet: Fleet; stop: () => void } {
  const underWay = new Set<string>();
  const done = new Set<string>();
  const stop = whenInterrupted(() => {
    const list = (places: ReadonlySet<string>) => [...places].join(', ') || 'none';
    say(`Interrupted. Half done: ${list(underWay)}. Done: ${list(done)}.`);
    say(
      'next:  The same command again: it repairs what is half done, and goes on. Each host has the old or the new binary, whole.',
    );
  });
  const during = async <T>(place: string, work: Promise<T>): Promise<T> => {
    underWay.add(place);
    done.delete(place);
    const result = await work;
    underWay.delete(place);
    done.add(place);
    return result;
  };
  const placeOf = (service: string, { host }: { host: { name: string } }) => `${service} on ${host.name}`;
  return {
    fleet: {
      deploy: (service, target, ...how) => during(placeOf(service, target), fleet.deploy(service, target, ...how)),
      rollback: (service, target, to) => during(placeOf(service, target), fleet.rollback(service, target, to)),
      status: (service, target) => fleet.status(service, target),
      endTrial: (service, target) => fleet.endTrial(service, target),
    },
    stop,
  };
}
