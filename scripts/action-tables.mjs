// Writes the tables of inputs and outputs in each action's README.md from its action.yml.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

const actions = fileURLToPath(new URL('../actions/', import.meta.url));

/**
 * A README with the tables between its marks (`<!-- inputs -->` … `<!-- /inputs -->`) as action.yml has them.
 *
 * @param {string} readme
 * @param {string} definition the text of action.yml
 */
export function withTables(readme, definition) {
  const { inputs = {}, outputs = {} } = parse(definition);
  const filled = replace(readme, 'inputs', [
    ['input', 'what', 'default'],
    ...Object.entries(inputs).map(([name, { description, default: value }]) => [
      `\`${name}\``,
      description,
      (value ?? '') === '' ? '' : `\`${value}\``,
    ]),
  ]);
  return replace(filled, 'outputs', [
    ['output', 'what'],
    ...Object.entries(outputs).map(([name, { description }]) => [`\`${name}\``, description]),
  ]);
}

function replace(readme, mark, rows) {
  const [begin, end] = [`<!-- ${mark} -->\n`, `<!-- /${mark} -->`];
  const [from, to] = [readme.indexOf(begin), readme.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`README.md has no place for the ${mark}: ${begin.trim()} … ${end}`);
  return `${readme.slice(0, from + begin.length)}\n${table(rows)}\n\n${readme.slice(to)}`;
}

/** Laid out as the formatter does it. */
function table(rows) {
  const cells = rows.map((row) => row.map((text) => text.replaceAll('|', '\\|')));
  const widths = cells[0].map((_, column) => Math.max(...cells.map((row) => row[column].length)));
  const line = (row) => `| ${row.map((text, column) => text.padEnd(widths[column])).join(' | ')} |`;
  return [line(cells[0]), line(widths.map((width) => '-'.repeat(width))), ...cells.slice(1).map(line)].join('\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const name of readdirSync(actions)) {
    const [readme, definition] = [`${actions}${name}/README.md`, `${actions}${name}/action.yml`];
    if (!existsSync(definition)) continue;
    writeFileSync(readme, withTables(readFileSync(readme, 'utf8'), readFileSync(definition, 'utf8')));
  }
}
