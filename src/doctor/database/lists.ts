/** `needs` or `runs_on` of a job: JSON text, `null` or `[]` when empty. What does not parse counts as empty. */
export function parseList(text: string | null): string[] {
  try {
    const value: unknown = JSON.parse(text || 'null');
    return Array.isArray(value) ? value.filter((need): need is string => typeof need === 'string') : [];
  } catch {
    return [];
  }
}
