type Values = Readonly<Record<string, unknown>>;

/** One row's update: the columns it sets, and what the row held, which guards it. */
export interface RowChange {
  readonly id: number;
  readonly before: Values;
  readonly after: Values;
}

/** How a server's SQL has names and values. */
export interface Spelling {
  name(name: string): string;
  literal(value: unknown): string;
  /** That two texts are the same, where `=` would also ask how texts are sorted. */
  sameText?(one: string, other: string): string;
}

/** What one statement says of many rows: `t` is the table, `v` a list with a line for each row. */
interface Parts {
  readonly columns: readonly string[];
  readonly lines: readonly (readonly string[])[];
  readonly set: readonly (readonly [column: string, value: string])[];
  readonly where: readonly string[];
}

/** A column that is the same in all rows is written once; the others go into the list, with the id. */
function partsOf(rows: readonly RowChange[], { name, literal, sameText }: Spelling): Parts {
  const [first] = rows as [RowChange, ...RowChange[]];
  const columns = [name('id')];
  const listed: ((row: RowChange) => unknown)[] = [({ id }) => id];
  const list = (side: 'before' | 'after', column: string): string | undefined => {
    const value = first[side][column];
    if (rows.every((row) => row[side][column] === value)) return undefined;
    columns.push(name(`${column}_${side}`));
    listed.push((row) => row[side][column]);
    return `v.${columns.at(-1)}`;
  };
  const set = Object.entries(first.after).map(
    ([column, value]) => [name(column), list('after', column) ?? literal(value)] as const,
  );
  const guards = Object.entries(first.before).map(([column, value]) => {
    const own = `t.${name(column)}`;
    if (value === null) return `${own} IS NULL`;
    const other = list('before', column);
    if (other === undefined) return `${own} = ${literal(value)}`;
    return typeof value === 'string' && sameText ? sameText(own, other) : `${own} = ${other}`;
  });
  return {
    columns,
    lines: rows.map((row) => listed.map((value) => literal(value(row)))),
    set,
    where: [`t.${name('id')} = v.${name('id')}`, ...guards],
  };
}

/**
 * The updates of many rows as one statement of PostgreSQL or SQLite, values written in.
 * @param rows set and guard the same columns, and hold NULL in the same of them
 */
export function updateFromList(table: string, rows: readonly RowChange[], spelling: Spelling): string {
  const { columns, lines, set, where } = partsOf(rows, spelling);
  const values = lines.map((line) => `(${line.join(', ')})`).join(', ');
  const assignments = set.map(([column, value]) => `${column} = ${value}`).join(', ');
  return `with v (${columns.join(', ')}) as (values ${values}) update ${table} as t set ${assignments} from v where ${where.join(' and ')}`;
}

/** The same for MySQL and MariaDB, of which neither knows the other's VALUES. */
export function updateJoinedList(table: string, rows: readonly RowChange[], spelling: Spelling): string {
  const { columns, lines, set, where } = partsOf(rows, spelling);
  const selects = lines.map((line, at) =>
    at === 0 ? line.map((value, place) => `${value} as ${columns[place]}`).join(', ') : line.join(', '),
  );
  const assignments = set.map(([column, value]) => `t.${column} = ${value}`).join(', ');
  return `update ${table} as t join (select ${selects.join(' union all select ')}) as v on ${where.join(' and ')} set ${assignments}`;
}
