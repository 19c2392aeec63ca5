import type { WaitingJob } from '../stuck/stuck.ts';

/** Why a job waits, and what the runners that come closest lack. */
export function waitText({ message, runners }: WaitingJob): string {
  const near = runners.filter(({ lacks }) => lacks.length > 0);
  return `${message}${near.length > 0 ? ` Closest: ${near.map(({ name, lacks }) => `"${name}" (${lacks.join(', ')})`).join('; ')}.` : ''}`;
}
