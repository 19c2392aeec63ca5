/** Runs a task when there is room for it. */
export type Limit = <T>(key: string, task: () => Promise<T>) => Promise<T>;

/** Runs tasks with a limit for each key, first come first served. */
export function createLimit(most: (key: string) => number): Limit {
  const lanes = new Map<string, { active: number; waiting: (() => void)[] }>();
  return async (key, task) => {
    const lane = lanes.get(key) ?? { active: 0, waiting: [] };
    lanes.set(key, lane);
    if (lane.active >= most(key)) await new Promise<void>((resolve) => lane.waiting.push(resolve));
    else lane.active++;
    try {
      return await task();
    } finally {
      // The place goes straight to the next in line, if there is one.
      const next = lane.waiting.shift();
      if (next) next();
      else lane.active--;
    }
  };
}

/** Runs a task for each item, so many at a time: what a thousand waiting ones would hold in memory is never there. */
export async function forEachOf<T>(items: readonly T[], most: number, task: (item: T) => Promise<void>): Promise<void> {
  const rest = items.values();
  const lane = async () => {
    for (const item of rest) await task(item);
  };
  await Promise.all(Array.from({ length: Math.min(most, items.length) }, lane));
}
