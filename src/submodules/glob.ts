/**
 * Patterns as workflow files and ignore lists write them: `*` within a path component, `**` across, `?` one character,
 * `[a-z]` one of a set.
 */
export function globToRegExp(pattern: string): RegExp {
  const source = pattern.replace(/\*\*\/?|\*|\?|\[[^\]]+\]|[\\^$.|+(){}]/g, (part) => {
    if (part === '**/') return '(?:.*/)?';
    if (part === '**') return '.*';
    if (part === '*') return '[^/]*';
    if (part === '?') return '[^/]';
    return part.startsWith('[') ? part : `\\${part}`;
  });
  return new RegExp(`^${source}$`, 's');
}

/** A pattern without a slash means a file's name in any directory, one with a slash a path from the top. */
export function matchesPath(path: string, pattern: string): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return globToRegExp(pattern.replace(/^\//, '')).test(pattern.includes('/') ? path : name);
}
