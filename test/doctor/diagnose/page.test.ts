import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { withRules } from '../../../scripts/rules-page.mjs';
import { explainExample } from '../../../src/doctor/diagnose/engine.ts';
import { topics } from '../../../src/doctor/diagnose/rules/index.ts';
import { stateRules } from '../../../src/doctor/diagnose/state.ts';

test('docs/diagnose.md has the rules as they are: node scripts/rules-page.mjs', () => {
  const page = readFileSync(new URL('../../../docs/diagnose.md', import.meta.url), 'utf8');
  expect(page).toBe(withRules(page, { topics, stateRules, explain: explainExample }));
  for (const { id } of [...stateRules, ...topics.flatMap(({ rules }) => rules)])
    expect(page).toContain(`\n#### ${id}\n`);
});
