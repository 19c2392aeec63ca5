import { harmless } from '../common/output/style.ts';

/**
 * Text that a host or its service wrote, to be shown behind a label: no escape of its own reaches the terminal, and no line of it
 * begins a line of a job's log, where a runner takes `::…` and `##[…` for commands.
 */
export const foreign = (text: string): string => harmless(text).replaceAll('\n', '\n       ');

/** The end of a service's log. */
export const foreignLines = (text: string): string[] => text.split('\n').map((line) => `  | ${harmless(line)}`);
