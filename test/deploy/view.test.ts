import { expect, test } from 'vitest';
import { shownText } from '../../src/common/command.ts';
import { exitCode } from '../../src/common/exit.ts';
import { colored } from '../../src/common/output/style.ts';
import { plainView } from '../../src/common/output/table.ts';
import type { HostResult } from '../../src/deploy/deploy.ts';
import { nothingDone } from '../../src/deploy/outcome.ts';
import { resultsAsMarkdown, showResults } from '../../src/deploy/view.ts';

const hostile: HostResult = {
  ...nothingDone('system'),
  error: 'system: it answered 500: \x1b[32mall is well\n::error::owned\n##[group]owned',
  fix: 'Read it.\n::stop-commands::x',
  lastLines: '\x1b[31mred\x1b[2J\n::set-output::x',
};

test('what a service writes neither colours the terminal nor begins a line of the log', () => {
  const text = (style = plainView.style) =>
    shownText(
      { exit: exitCode.problem, result: null, text: (view) => showResults([hostile], view) },
      { ...plainView, style },
    );
  expect(text()).not.toContain('\x1b');
  // Our own colours are the only escapes.
  expect(text(colored).replace(/\x1b\[(?:2|31|22|39)m/g, '')).toBe(text());
  expect(text(colored)).not.toContain('\x1b[32m');
  expect(text()).toContain('all is well');
  expect(text()).not.toMatch(/^(?:::|##)/m);
  expect(resultsAsMarkdown([hostile])).not.toContain('\x1b');
});
