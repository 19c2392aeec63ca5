/**
 * Waits for all, whatever becomes of them, then throws the first failure: what goes on over a connection must have ended before its
 * caller goes on, or closes it.
 */
export async function atOnce<Work extends readonly unknown[]>(
  ...work: Work
): Promise<{ -readonly [Index in keyof Work]: Awaited<Work[Index]> }> {
  const ends = await Promise.allSettled(work);
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
  return ends.map((end) => (end as PromiseFulfilledResult<unknown>).value) as never;
}
