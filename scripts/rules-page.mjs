// Writes the list of rules in docs/diagnose.md from the rules themselves.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';

const [begin, end] = ['<!-- rules -->\n', '<!-- /rules -->'];

/**
 * The page with the rules between its marks.
 *
 * @param {string} page
 * @param {{topics: any, stateRules: any, explain: (rule: any, log: string) => {message: string, fix: string}}} rules `explain` fills in what a log gives
 */
export function withRules(page, { topics, stateRules, explain }) {
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`docs/diagnose.md has no place for the rules: ${begin.trim()} … ${end}`);
  const facts = (rule) =>
    `${rule.title}. Blame: ${rule.blame}; ${rule.retryable ? 'may succeed when started again' : 'starting it again changes nothing'}${rule.hint ? '; counts only where nothing else fits' : rule.passing ? '; gives way to any other, for programs print it also where they go on' : ''}.`;
  const placeholders = (text) =>
    text.replace(/\{([ ,:;(]*)(\w+)(?:\|[^}]*)?\}/g, (_, before, name) => before + name.toUpperCase());
  const ofRows = stateRules.map((rule) =>
    [`#### ${rule.id}`, facts(rule), `*Says:* ${placeholders(rule.message)}`, `*Fix:* ${placeholders(rule.fix)}`].join(
      '\n\n',
    ),
  );
  const ofLines = topics.flatMap(({ title, rules }) => [
    `### ${title}`,
    ...rules.map((rule) => {
      const { message, fix } = explain(rule, rule.examples.hit[0]);
      const links = (rule.links ?? []).map((link) => ` [See also](${link}).`).join('');
      return [
        `#### ${rule.id}`,
        `${facts(rule)}${links}`,
        `\`\`\`text\n${rule.examples.hit.join('\n')}\n\`\`\``,
        `*Says of the first:* ${message}`,
        `*Fix:* ${fix}`,
      ].join('\n\n');
    }),
  ]);
  const body = ['### Rows', ...ofRows, ...ofLines].join('\n\n');
  return `${page.slice(0, from + begin.length)}\n${body}\n\n${page.slice(to)}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { build } = await import('esbuild');
  const root = fileURLToPath(new URL('..', import.meta.url));
  const outfile = `${root}node_modules/.cache/forgejo-ci-toolkit/rules.mjs`;
  const contents = `export { topics } from './src/doctor/diagnose/rules/index.ts';
                    export { stateRules } from './src/doctor/diagnose/state.ts';
                    export { explainExample as explain } from './src/doctor/diagnose/engine.ts';`;
  await build({
    stdin: { contents, resolveDir: root },
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    logLevel: 'warning',
  });
  const page = `${root}docs/diagnose.md`;
  writeFileSync(page, withRules(readFileSync(page, 'utf8'), await import(pathToFileURL(outfile).href)));
}
