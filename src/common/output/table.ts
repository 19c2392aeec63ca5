import { oneLine, plain, type Style } from './style.ts';

/** How a result is shown to people: aligned for eyes, tab-separated for pipes. */
export interface View {
  readonly layout: 'aligned' | 'tsv';
  readonly style: Style;
  /** Width of the terminal; the last column is cut to fit. Infinity where there is none. */
  readonly columns: number;
}

export interface Column<Row> {
  readonly title: string;
  value(row: Row): string | number | null;
  /** What scripts get in place of `value`: a number without its unit, a word without its number. */
  tsv?(row: Row): string | number | null;
  readonly align?: 'right';
  tone?(row: Row): keyof Style | undefined;
}

export const plainView: View = { layout: 'aligned', style: plain, columns: Number.POSITIVE_INFINITY };

/** Rows as text: a header and aligned columns, or TSV without colour. Cells are one line each and cannot hold terminal escapes. */
export function table<Row>(columns: readonly Column<Row>[], rows: readonly Row[], view: View): string {
  const piped = view.layout === 'tsv';
  const cells = rows.map((row) => columns.map((column) => cell(((piped && column.tsv) || column.value)(row))));
  if (piped)
    return [columns.map(({ title }) => title.toLowerCase().replaceAll(' ', '_')), ...cells]
      .map((line) => line.join('\t'))
      .join('\n');

  const widths = columns.map(({ title }, index) =>
    cells.reduce((widest, line) => Math.max(widest, width(line[index]!)), width(title)),
  );
  const header = line(columns.map(({ title }) => title.toUpperCase()));
  const body = cells.map((texts, row) => line(texts, rows[row]));
  return [view.style.faint(header), ...body].join('\n');

  function line(texts: readonly string[], row?: Row): string {
    let left = view.columns;
    return texts
      .map((text, index) => {
        const last = index === texts.length - 1;
        const shown = last && left > 8 && width(text) > left ? `${cut(text, left - 1)}…` : text;
        const space = ' '.repeat(Math.max(0, widths[index]! - width(shown)));
        const tone = row === undefined ? undefined : columns[index]!.tone?.(row);
        const toned = tone ? view.style[tone](shown) : shown;
        left -= widths[index]! + 2;
        return columns[index]!.align === 'right' ? space + toned : last ? toned : toned + space;
      })
      .join('  ')
      .trimEnd();
  }
}

/** Rows as a Markdown table, for a job summary. */
export function markdownTable<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  // Data must not become a link, an image or markup: whatever Markdown gives a meaning to is escaped.
  const escaped = (text: string) => text.replace(/[\\`*_[\]<>|~&!$]/g, (character) => `\\${character}`);
  const line = (texts: readonly string[]) => `| ${texts.join(' | ')} |`;
  return [
    line(columns.map(({ title }) => title)),
    line(columns.map(({ align }) => (align ? '---:' : '---'))),
    ...rows.map((row) => line(columns.map((column) => escaped(cell(column.value(row)))))),
  ].join('\n');
}

const cell = (value: string | number | null): string => (value === null ? '-' : oneLine(String(value)) || '-');

/** Columns a text takes: wide East Asian characters and emoji take two, combining marks none. */
function width(text: string): number {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  let columns = 0;
  for (const character of text) columns += characterWidth(character);
  return columns;
}

const wide =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u;

function characterWidth(character: string): number {
  if (/\p{Mark}|[\u200b-\u200d]/u.test(character)) return 0;
  return wide.test(character) ? 2 : 1;
}

/** As much of a text's beginning as fits into so many columns. */
function cut(text: string, columns: number): string {
  let left = columns;
  let end = 0;
  for (const character of text) {
    left -= characterWidth(character);
    if (left < 0) break;
    end += character.length;
  }
  return text.slice(0, end);
}
