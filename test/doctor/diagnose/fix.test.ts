import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { explainExample } from '../../../src/doctor/diagnose/engine.ts';
import { parseOwnRules } from '../../../src/doctor/diagnose/own-rules.ts';
import { fill, fillFix, fixOf } from '../../../src/doctor/diagnose/rule.ts';
import { textRules } from '../../../src/doctor/diagnose/rules/index.ts';

const directory = mkdtempSync(join(tmpdir(), 'ci-doctor-fix-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** The words that a shell makes of a command. No program is started: a file is left behind by what the shell itself would do. */
function words(command: string): string[] {
  const script = `show() { for word; do printf '%s\\n' "$word"; done; }\nshow ${command}`;
  const { stdout } = spawnSync('/bin/sh', ['-c', script], { cwd: directory, env: { PATH: '' }, encoding: 'utf8' });
  expect(readdirSync(directory)).toEqual([]);
  return stdout.split('\n').slice(0, -1);
}
const commands = (fix: string) => [...fix.matchAll(/`([^`]+)`/g)].map(([, command]) => command!);
const ruleOf = (id: string) => textRules.find((rule) => rule.id === id)!;

describe('a command is filled in with one word of the shell', () => {
  test.each([
    '/opt/my app/bot',
    '/data/$(:>pwned)',
    "/w/it's; echo>pwned #",
    'a; echo>pwned; echo',
    'x" && echo>pwned && echo "',
    'a\\; echo>pwned',
    '*',
    '~root',
    '$HOME',
    '>pwned',
  ])('%s', (value) => {
    const [command] = commands(fillFix('Do `ls -d {path} --of={path}.x end`.', { path: value }));
    expect(words(command!)).toEqual(['ls', '-d', value, `--of=${value}.x`, 'end']);
  });

  test('and with no option', () => {
    expect(fillFix('rm -f {path}; `git -C {path} push`; x{path} --of={path}', { path: '-rf' })).toBe(
      'rm -f ./-rf; `git -C ./-rf push`; x-rf --of=-rf',
    );
    expect(fillFix('rm -f {path}', { path: '-r f' })).toBe("rm -f './-r f'");
  });

  test.each(['{path}', "'{path}'", '"{path}"', 'x "a b" \'{path}\'', '"$(ls {path})"', '"it\'s {path}"', "\\'{path}"])(
    'in %s there is no way out of quotes',
    (template) => {
      for (const value of ["$(echo>pwned)'$(echo>pwned)'", 'a" ; echo>pwned ; "', "a' ; echo>pwned ; '"]) {
        const filled = fillFix(template, { path: value });
        expect(
          filled === template.replace('{path}', 'PATH') || words(filled).some((word) => word.endsWith(value)),
          filled,
        ).toBe(true);
      }
      expect(fillFix(template, { path: '/opt/x' })).toBe(template.replace('{path}', '/opt/x'));
    },
  );

  test('what would end the command that is shown, and what is missing, is left to the reader', () => {
    expect(fillFix('`rm -rf {dir}/cache`', { dir: '/x/`id`' })).toBe('`rm -rf DIR/cache`');
    expect(fillFix('`rm -rf {dir}/cache`', { dir: 'a\nb' })).toBe('`rm -rf DIR/cache`');
    expect(fillFix('`rm -rf {dir}/cache`', {})).toBe('`rm -rf DIR/cache`');
    expect(fillFix('`ls {dir|.}`', {})).toBe('`ls .`');
  });
});

test.each([
  ['disk-full', 'cp: error writing /data/$(:>pwned): No space left on device'],
  ['git-lock', "fatal: Unable to create '/w/.git/x; echo>pwned #.lock': File exists."],
  ['scp-not-owner', 'scp: dest open "/opt/x; echo>pwned #": Permission denied'],
  ['scp-dest-open', 'scp: dest open "/opt/my app/bot": Failure'],
  [
    'submodule-commit-missing',
    "fatal: Fetched in submodule path 'a; echo>pwned; echo', but it did not contain 0f3c1a9b5d.",
  ],
  ['binary-not-updated', 'error: the file at /opt/x does not hold "$(echo>pwned)".'],
  ['database-password', 'FATAL: password authentication failed for user "$(echo>pwned)"'],
])('the fix of %s starts nothing that the log names', (id, log) => {
  const fix = explainExample(ruleOf(id), log).fix;
  for (const command of commands(fix)) words(command);
});

test('a rule of a user is filled in in the same way, its message is not', () => {
  const [rule] = parseOwnRules(
    [{ id: 'tide', title: 'T', match: { pattern: 'lost (?<what>.+)' }, message: 'Lost {what}.', fix: 'find {what}' }],
    'ci-doctor.yaml',
  );
  expect(explainExample(rule!, 'lost a; echo>pwned')).toEqual({
    message: 'Lost a; echo>pwned.',
    fix: "find 'a; echo>pwned'",
  });
});

test('a blank or a colon before a name is only there with it', () => {
  expect(fill('It failed{: code}{: what}.', { code: 'E1', what: 'no' })).toBe('It failed: E1: no.');
  expect(fill('It failed{: code}{, what| so}.', {})).toBe('It failed so.');
});

test('what a shell would fill in stays as it is', () => {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of the shell
  expect(fillFix('ls ${HOME}/{dir}', { dir: 'a', HOME: 'b' })).toBe('ls ${HOME}/a');
});

test('of several fixes the first is taken whose names are there', () => {
  const fix = ['explain {code}', 'build {what|it}', 'never'];
  expect([fixOf({ fix }, { code: 'E1' }), fixOf({ fix }, {})]).toEqual(['explain E1', 'build it']);
});

test.each([
  ['/usr/bin/ld: cannot find -lpq: No such file or directory', 'apt-get install -y libpq-dev'],
  ['error: linker `cc` not found', 'apt-get install -y build-essential'],
  ["Package 'alsa', required by 'virtual:world', not found", 'apt-get install -y libasound2-dev'],
  ['src/x.c:1:10: fatal error: openssl/ssl.h: No such file or directory', 'apt-get install -y libssl-dev'],
  ['src/x.c:1:10: fatal error: tide/low.h: No such file or directory', 'apt-file search tide/low.h'],
  ['/usr/bin/ld: cannot find -ltide', 'apt-cache search tide'],
])('%s: %s', (log, command) => {
  expect(explainExample(ruleOf('library-missing'), log).fix).toContain(command);
});

test.each([
  ['sh: 1: protoc: not found', 'apt-get install -y protobuf-compiler'],
  ['bash: line 1: cargo: command not found', 'apt-get install -y cargo'],
  ['bash: line 1: pnpm: command not found', 'apt-file search bin/pnpm'],
])('%s: %s', (log, command) => {
  expect(explainExample(ruleOf('command-not-found'), log).fix).toContain(command);
});

test('the disk is asked for the directory: the file that did not fit may not be there', () => {
  const of = (path: string) =>
    explainExample(ruleOf('disk-full'), `cp: writing '${path}': No space left on device`).fix;
  expect(of('/opt/my app/bot')).toContain("`df -h '/opt/my app' && df -i '/opt/my app'`");
  expect(of('/bot')).toContain('`df -h / && df -i /`');
});

test('rustc explains a code only where there is one', () => {
  expect(explainExample(ruleOf('rust-build'), 'error[E0308]: mismatched types').fix).toContain('rustc --explain E0308');
  expect(explainExample(ruleOf('rust-build'), 'error: linking with `cc` failed: exit status: 1').fix).not.toContain(
    'rustc --explain',
  );
});
