const units: readonly [string, number][] = [
  ['d', 86_400],
  ['h', 3_600],
  ['m', 60],
  ['s', 1],
];

/** Seconds as people say them, two units at most: `45s`, `3m 20s`, `2h 5m`, `4d 1h`. Negative values count as 0. */
export function duration(seconds: number): string {
  const total = Math.max(0, Math.floor(seconds));
  const first = units.findIndex(([, size]) => total >= size);
  if (first < 0) return '0s';
  const [name, size] = units[first]!;
  const next = units[first + 1];
  const rest = next ? Math.floor((total % size) / next[1]) : 0;
  return `${Math.floor(total / size)}${name}${next && rest > 0 ? ` ${rest}${next[0]}` : ''}`;
}

/** Bytes with a binary unit: `318 B`, `4.0 KiB`, `63.2 MiB`. */
export function bytes(count: number): string {
  const names = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let value = count;
  let unit = 0;
  // What would be printed as 1024.0 is one of the next unit.
  while (value >= (unit === 0 ? 1024 : 1023.95) && unit < names.length - 1) [value, unit] = [value / 1024, unit + 1];
  return unit === 0 ? `${count} B` : `${value.toFixed(1)} ${names[unit]}`;
}

/** `1 run`, `2 runs`. */
export const count = (number: number, noun: string, plural = `${noun}s`): string =>
  `${number} ${number === 1 ? noun : plural}`;

/** Text from elsewhere as a sentence, which another may follow. */
export const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);

/**
 * Seconds in a duration as a flag takes it: `90`, `90s`, `10m`, `2h`, `7d`, `1h30m`.
 * @returns undefined when the text is not a duration.
 */
export function parseDuration(text: string): number | undefined {
  if (/^\d{1,12}$/.test(text)) return Number(text);
  if (!/^(?:\d{1,12}(?:\.\d{1,12})?(?:ms|[dhms]))+$/.test(text)) return undefined;
  let seconds = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|[dhms])/g))
    seconds += Number(amount) * (unit === 'ms' ? 0.001 : units.find(([name]) => name === unit)![1]);
  return seconds;
}
