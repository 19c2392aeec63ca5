import { expect, test } from 'vitest';
import { Annotator, parseMatchers } from '../../../src/doctor/diagnose/matcher.ts';

const run = (patterns: object[], log: string, more: object = {}) => {
  const annotator = new Annotator(
    parseMatchers(JSON.stringify({ problemMatcher: [{ owner: 'lint', pattern: patterns, ...more }] }), 'lint.json'),
  );
  annotator.feed(log.split('\n').map((text, at) => ({ number: at + 1, step: 'Lint', time: '', text })));
  return annotator.found.map(({ file, line, column, severity, message, code, logLine }) => ({
    file,
    line,
    column,
    severity,
    message,
    code,
    logLine,
  }));
};

test('a file named once, and a row of places below it', () => {
  const patterns = [
    { regexp: '^([^\\s].*)$', file: 1 },
    {
      regexp: '^\\s+(\\d+):(\\d+)\\s+(error|warning|info)\\s+(.*)\\s\\s+(.*)$',
      line: 1,
      column: 2,
      severity: 3,
      message: 4,
      code: 5,
      loop: true,
    },
  ];
  const log =
    'src/a.js\n  1:5  error  no tide here  no-tide\n  9:1  warning  odd moon  odd\n\nsrc/b.js\n  2:2  info  fine  all-fine\n\n3 problems';
  expect(run(patterns, log)).toEqual([
    { file: 'src/a.js', line: 1, column: 5, severity: 'error', message: 'no tide here', code: 'no-tide', logLine: 2 },
    { file: 'src/a.js', line: 9, column: 1, severity: 'warning', message: 'odd moon', code: 'odd', logLine: 3 },
    { file: 'src/b.js', line: 2, column: 2, severity: 'notice', message: 'fine', code: 'all-fine', logLine: 6 },
  ]);
});

test('several lines that must follow each other', () => {
  const patterns = [
    { regexp: '^error: (.+)$', message: 1 },
    { regexp: '^ +--> (.+):(\\d+):(\\d+)$', file: 1, line: 2, column: 3 },
  ];
  expect(run(patterns, 'error: lost\nerror: mismatched\n --> src/tide.rs:3:9\n --> src/other.rs:1:1')).toEqual([
    { file: 'src/tide.rs', line: 3, column: 9, severity: 'error', message: 'mismatched', code: null, logLine: 3 },
  ]);
});

test('a pattern that looks behind, as the matcher that setup-dotnet registers', () => {
  const patterns = [
    {
      regexp:
        '^(.*)\\((\\d+)(?:,\\d+|,\\d+,\\d+)?\\):\\s+(error|warning)\\s+([a-zA-Z]+(?<!MSB)\\d+):\\s*(.*?)\\s+\\[(.*?)\\]$',
      file: 1,
      line: 2,
      severity: 3,
      code: 4,
      message: 5,
      fromPath: 6,
    },
  ];
  const log =
    '/w/a.cs(5,9): error CS0103: no moon [/w/app.csproj]\n/w/a.cs(6,1): error MSB3073: exited [/w/app.csproj]';
  expect(run(patterns, log)).toEqual([
    { file: '/w/a.cs', line: 5, column: null, severity: 'error', message: 'no moon', code: 'CS0103', logLine: 1 },
  ]);
});

test('colours of the log are no part of it; the severity of the matcher is the default', () => {
  expect(
    run([{ regexp: '^(.+):(\\d+): (.+)$', file: 1, line: 2, message: 3 }], '\x1b[31ma.py:3: odd\x1b[0m', {
      severity: 'warning',
    }),
  ).toMatchObject([{ file: 'a.py', line: 3, severity: 'warning', message: 'odd' }]);
});

test.each<[string, string]>([
  ['no json', 'is not valid JSON'],
  ['{}', 'has no list "problemMatcher"'],
  ['{"problemMatcher":[{"pattern":[]}]}', 'has no "owner"'],
  ['{"problemMatcher":[{"owner":"x"}]}', '"x" has no list "pattern"'],
  ['{"problemMatcher":[{"owner":"x","pattern":[{"regexp":"(.+)"}]}]}', 'no pattern names the group of the "message"'],
  [
    '{"problemMatcher":[{"owner":"x","pattern":[{"regexp":"((a+)+)$","message":1}]}]}',
    'is refused: it can take exponentially long',
  ],
  ['{"problemMatcher":[{"owner":"x","pattern":[{"regexp":"(a)","message":"1"}]}]}', '"message" is "1"'],
  [
    '{"problemMatcher":[{"owner":"x","severity":"fatal","pattern":[{"regexp":"(a)","message":1}]}]}',
    'severity is "fatal"',
  ],
  [
    '{"problemMatcher":[{"owner":"x","pattern":[{"regexp":"(a)","message":1,"loop":true}]}]}',
    'only the last of several patterns',
  ],
])('%s is refused: %s', (json, message) => {
  expect(() => parseMatchers(json, 'x.json')).toThrow(
    expect.objectContaining({ kind: 'usage', message: expect.stringContaining(message) }),
  );
});
