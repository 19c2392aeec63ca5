/** Whether a file cannot be written because nothing more goes onto its file system, or into its owner's share of it. */
export const isDiskFull = (error: unknown): boolean =>
  ['ENOSPC', 'EDQUOT'].includes(String((error as { code?: unknown } | null)?.code));
