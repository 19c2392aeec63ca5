import yaml, { type Document, type Node } from 'yaml';

/**
 * What a job's workflow fails with when the server reads it, before it gives the job to a runner: it must be YAML, and a
 * mapping with a mapping of jobs. Stricter than this package's parser, the server's (Go's yaml.v3) also refuses a key that
 * stands twice, and an alias without its anchor.
 * @returns one line; null where nothing is wrong
 */
export function parseFailure(text: string): string | null {
  if (text.trim() === '') return 'it is empty';
  // Keys are looked at below, and only where the server reads them into fields.
  const document = yaml.parseDocument(text, { logLevel: 'silent', strict: false, uniqueKeys: false });
  const error = document.errors[0]?.message.split('\n', 1)[0];
  if (error !== undefined) return error;
  return aliasWithoutAnchor(document) ?? shapeFailure(document.contents);
}

function aliasWithoutAnchor(document: Document.Parsed): string | null {
  let lost: string | null = null;
  yaml.visit(document, {
    Alias(_, alias) {
      if (alias.resolve(document) !== undefined) return undefined;
      lost = `alias *${alias.source} has no anchor`;
      return yaml.visit.BREAK;
    },
  });
  return lost;
}

function shapeFailure(root: Node | null): string | null {
  if (!yaml.isMap(root)) return 'it is no mapping';
  const twice = keyTwice(root);
  if (twice !== undefined) return `"${twice}" stands twice`;
  const jobs = root.get('jobs', true) as Node | undefined;
  if (jobs === undefined || isNothing(jobs)) return null;
  if (!yaml.isMap(jobs)) return 'jobs is no mapping';
  const repeated = keyTwice(jobs);
  if (repeated !== undefined) return `job "${repeated}" stands twice`;
  for (const { key, value } of jobs.items) {
    if (yaml.isAlias(value) || isNothing(value)) continue;
    if (!yaml.isMap(value)) return `job "${String(key)}" is no mapping`;
    const again = keyTwice(value);
    if (again !== undefined) return `"${again}" stands twice in job "${String(key)}"`;
  }
  return null;
}

const isNothing = (node: unknown): boolean => node === null || (yaml.isScalar(node) && node.value === null);

function keyTwice({ items }: yaml.YAMLMap): string | undefined {
  const seen = new Set<string>();
  for (const { key } of items) {
    const name = String(key);
    // Merge keys may repeat.
    if (name !== '<<' && seen.has(name)) return name;
    seen.add(name);
  }
  return undefined;
}
