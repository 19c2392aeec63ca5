import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { findHits } from '../../../src/doctor/diagnose/engine.ts';
import { plain } from '../../../src/doctor/diagnose/line.ts';
import { textRules } from '../../../src/doctor/diagnose/rules/index.ts';
import { diskStore } from '../../../src/doctor/logs/disk.ts';
import { openText } from '../../../src/doctor/logs/text.ts';
import { recorded, server } from '../logs/recorded.ts';

const folder = fileURLToPath(new URL('green', import.meta.url));

/** What the rules would put a log down to. */
function put(log: string) {
  const texts = log.split('\n').map((line) => plain(line.replace(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z /, '')));
  const { specific, hint, repeated } = findHits(texts, textRules, () => false);
  return [specific, hint, repeated].flatMap((hit) => (hit ? [`${hit.rule.id}: ${texts[hit.at]}`] : []));
}

describe('no rule fits a log of a run that went well', () => {
  const logs = readdirSync(folder).filter((name) => name.endsWith('.log'));

  test('there are some, and they speak of errors', () => {
    expect(logs.length).toBeGreaterThan(9);
    const words = logs
      .map((name) => readFileSync(join(folder, name), 'utf8'))
      .join('\n')
      .match(/error|fail|denied|refused|not found/gi);
    expect(words!.length).toBeGreaterThan(150);
  });

  test.each(logs)('%s', (name) => {
    expect(put(readFileSync(join(folder, name), 'utf8'))).toEqual([]);
  });
});

test.each(readFileSync(join(folder, 'noise.log'), 'utf8').trimEnd().split('\n'))('nor this line alone: %s', (line) => {
  expect(put(line)).toEqual([]);
});

describe.runIf(recorded)('nor a green log recorded from a live server', () => {
  test.each(['v12', 'v17'] as const)('%s', async (version) => {
    const from = server(version);
    let looked = 0;
    for (const { task } of from.tasks) {
      if (task.status !== 1) continue;
      const file = await diskStore(from.logDirectory).open(task.logFilename, task.id);
      if (!file) continue;
      const text = await openText(file);
      let log = '';
      for (let at = 0; at < text.size; ) {
        const chunk = await text.chunk(at);
        log += chunk.bytes?.toString() ?? '';
        at = chunk.end;
      }
      await text.close();
      expect(put(log), task.logFilename).toEqual([]);
      looked++;
    }
    expect(looked).toBeGreaterThan(5);
  });
});
