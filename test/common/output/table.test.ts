import { describe, expect, test } from 'vitest';
import { colored, harmless, harmlessStyled, plain } from '../../../src/common/output/style.ts';
import { type Column, markdownTable, plainView, table } from '../../../src/common/output/table.ts';

interface Row {
  readonly id: number | null;
  readonly name: string;
}
const columns: readonly Column<Row>[] = [
  { title: 'Id', value: ({ id }) => id, align: 'right' },
  { title: 'Long name', value: ({ name }) => name },
];
const tsv = { ...plainView, layout: 'tsv' as const };

describe('aligned', () => {
  test('columns are as wide as their widest cell, numbers to the right', () => {
    expect(
      table(
        columns,
        [
          { id: 7, name: 'a' },
          { id: 1234, name: 'bc' },
        ],
        plainView,
      ),
    ).toBe(['  ID  LONG NAME', '   7  a', '1234  bc'].join('\n'));
  });

  test('wide and combining characters are counted as a terminal shows them', () => {
    const first: readonly Column<Row>[] = [columns[1]!, columns[0]!];
    const lines = table(
      first,
      [
        { id: 1, name: '漢字かなカナ' },
        { id: 2, name: 'e\u0301\u0302' },
        { id: 3, name: '🚀𠀋' },
      ],
      {
        ...plainView,
      },
    ).split('\n');
    expect(lines).toEqual(['LONG NAME     ID', '漢字かなカナ   1', 'e\u0301\u0302              2', '🚀𠀋           3']);
  });

  test('only the last column is cut, to whole characters that fit', () => {
    const rows = [
      { id: 1, name: 'ab漢字漢字漢字漢字' },
      { id: 2, name: '🚀'.repeat(20) },
    ];
    const lines = table(columns, rows, { ...plainView, columns: 16 }).split('\n');
    expect(lines).toEqual(['ID  LONG NAME', ' 1  ab漢字漢字…', ' 2  🚀🚀🚀🚀🚀…']);
  });

  test('a narrow terminal cuts nothing away', () => {
    expect(table(columns, [{ id: 1, name: 'abcdefghijkl' }], { ...plainView, columns: 10 })).toContain('abcdefghijkl');
  });

  test('colour does not count as width', () => {
    const tinted: readonly Column<Row>[] = [{ ...columns[1]!, tone: () => 'bad' }, columns[0]!];
    const text = table(tinted, [{ id: 1, name: 'x' }], { ...plainView, style: colored });
    expect(text.split('\n')[1]).toBe(`\x1b[31mx\x1b[39m           1`);
  });

  test('no rows is a header; 200,000 rows are no problem', () => {
    expect(table(columns, [], plainView)).toBe('ID  LONG NAME');
    const rows = Array.from({ length: 200_000 }, (_, id) => ({ id, name: 'x' }));
    expect(table(columns, rows, plainView).length).toBeGreaterThan(1_000_000);
  });
});

describe('TSV', () => {
  test('one line a row, whatever is in the cells', () => {
    const rows = [
      { id: null, name: 'a\tb\r\nc\n' },
      { id: 0, name: '' },
    ];
    expect(table(columns, rows, tsv)).toBe('id\tlong_name\n-\ta b c \n0\t-');
  });

  test('no colour, even in a coloured view', () => {
    const tinted: readonly Column<Row>[] = [{ ...columns[1]!, tone: () => 'bad' }];
    expect(table(tinted, [{ id: 1, name: 'x' }], { ...tsv, style: colored })).toBe('long_name\nx');
  });
});

describe("data cannot drive the reader's terminal", () => {
  const hostile = ['\x1b[2J', '\x1b]0;title\x07', '\x9b31m', '\x08\x08', '\r', '\x7f', '\u202egnp', '\u061c', '\u2066'];
  test.each(hostile)('%j', (sequence) => {
    for (const view of [plainView, tsv]) {
      const text = table(columns, [{ id: 1, name: `a${sequence}b` }], view);
      expect(text.replace(/[\t\n]/g, '')).not.toMatch(/[\x00-\x1f\x7f-\x9f\u061c\u202e\u2066]/);
    }
    expect(markdownTable(columns, [{ id: 1, name: sequence }])).not.toMatch(
      /[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u202e\u2066]/,
    );
    expect(harmless(sequence)).not.toBe(sequence);
  });

  test('styled text keeps its own colours and no other sequence', () => {
    const text = `${colored.bad('red')} ${colored.strong('b')}\n\t\x1b[8mhidden\x1b[2K`;
    expect(harmlessStyled(text)).toBe(`${colored.bad('red')} ${colored.strong('b')}\n\t␛[8mhidden␛[2K`);
    expect(harmlessStyled(plain.bad('ö\n'))).toBe('ö\n');
  });
});

test('Markdown: what would be markup is text', () => {
  const name = '![x](http://h/?a=1&b) <img> `c` | *d* _e_ ~~f~~ \\ $g$';
  const [header, line, row] = markdownTable(columns, [{ id: 1, name }]).split('\n');
  expect(header).toBe('| Id | Long name |');
  expect(line).toBe('| ---: | --- |');
  expect(row).toBe(
    '| 1 | \\!\\[x\\](http://h/?a=1\\&b) \\<img\\> \\`c\\` \\| \\*d\\* \\_e\\_ \\~\\~f\\~\\~ \\\\ \\$g\\$ |',
  );
});
