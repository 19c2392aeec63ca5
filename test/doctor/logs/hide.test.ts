import { expect, test } from 'vitest';
import { hideSecret, redact } from '../../../src/common/redact.ts';
import { secretHider } from '../../../src/doctor/logs/hide.ts';
import type { LogLine } from '../../../src/doctor/logs/lines.ts';

const block = (...texts: string[]): LogLine[] =>
  texts.map((text, at) => ({ number: at + 1, step: '', time: '', text }));
const key = (word: string) => `-----${word} OPENSSH PRIVATE KEY-----`;
const base64 = 'b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtz';

test.each([
  'https://bob:hunter22@git.example.org/x',
  'Authorization: Bearer abcdef123456',
  'MY_PASSWORD=correct-horse',
  '"api_key": "0123456789"',
  'using ghp_0123456789abcdefghijABCDEFGHIJ',
  'glpat-0123456789abcdefghij',
  'AKIAIOSFODNN7EXAMPLE',
  'xoxb-0123456789-abcdef',
  `${key('BEGIN')}${base64}`,
])('%s does not pass, alone or far inside a long text', (secret) => {
  expect(redact(secret)).toMatch(/\*\*\*/);
  const filler = 'compiling crate-17 (/workspace/a:b@c) at 10:30\n'.repeat(500);
  expect(redact(`${filler}${secret}\n${filler}`)).toMatch(/\*\*\*/);
});

test('a block without secrets is given back as it is', () => {
  const lines = block('fine', 'https://git.example.org/x', 'mail bob@example.org');
  expect(secretHider()(lines)).toBe(lines);
});

test('secrets that the process knows are hidden, each line on its own', () => {
  hideSecret('tr0ub4dor');
  expect(secretHider()(block('a', 'it is tr0ub4dor', 'TOKEN=12345678', 'b')).map(({ text }) => text)).toEqual([
    'a',
    'it is ***',
    'TOKEN=***',
    'b',
  ]);
});

test('a private key is hidden line by line, also over the end of a block', () => {
  const hide = secretHider();
  const first = hide(block('before', key('BEGIN'), base64));
  const second = hide(block(base64, 'QUJD', key('END'), 'after'));
  expect([...first, ...second].map(({ text }) => text)).toEqual([
    'before',
    '***private key***',
    ...Array.from({ length: 4 }, () => '***private key***'),
    'after',
  ]);
});

test('a key that never ends does not hide the rest of the log', () => {
  const texts = secretHider()(block(key('BEGIN'), base64, 'error: bad key file', 'done')).map(({ text }) => text);
  expect(texts).toEqual(['***private key***', '***private key***', 'error: bad key file', 'done']);
});

const hidden = (...texts: string[]) => secretHider()(block(...texts)).map(({ text }) => text);

test('a PGP key is hidden with its headers and its checksum', () => {
  const pgp = (word: string) => `-----${word} PGP PRIVATE KEY BLOCK-----`;
  const texts = hidden(pgp('BEGIN'), 'Version: GnuPG v2', '', base64, '=abCD', pgp('END'), 'after');
  expect(texts).toEqual([...Array.from({ length: 6 }, () => '***private key***'), 'after']);
});

test.each([
  ['a line of nothing but a colour', '\x1b[0m'],
  ['what BuildKit puts before it', '#8 0.3 AAAA'],
  ['what compose puts before it', 'app-1  | AAAA'],
  ['colours', '\x1b[32mQUJD\x1b[0m'],
])('within a key, %s does not end it', (_, line) => {
  const texts = hidden(key('BEGIN'), base64, line, base64, key('END'), 'after');
  expect(texts).toEqual([...Array.from({ length: 5 }, () => '***private key***'), 'after']);
});

test.each([
  ['between a name and its value', '\x1b[1mpassword\x1b[0m: hunter22', 'password: ***'],
  ['as jq does', '\x1b[34;1m"password"\x1b[0m\x1b[1;39m:\x1b[0m \x1b[0;32m"hunter22"', '"password": "***"'],
  ['within a name', 'pass\x1b[0mword=hunter22', 'password=***'],
  ['within a value', `ghp_\x1b[0m${'a1'.repeat(15)}`, '***'],
  ['of tput sgr0', `ghp_\x1b(B\x1b[m${'a1'.repeat(15)}`, '***'],
])('colours %s do not save a secret', (_, line, clean) => {
  expect(hidden(line)).toEqual([clean]);
});

test.each([
  ['the address of a link', '\x1b]8;;https://bob:hunter22@git.example.org/\x1b\\log\x1b]8;;\x1b\\'],
  ['a title', '\x1b]0;TOKEN=hunter22\x07done'],
  ['a title without an end', '\x1b]0;TOKEN=hunter22'],
])('a secret in %s, which a terminal does not print, is hidden', (_, line) => {
  expect(hidden('before', line, 'after').join('\n')).toMatch(/^before\n\x1b\].*\*\*\*.*\nafter$/);
  expect(hidden(line)[0]).not.toContain('hunter22');
});

test('colours stay where a secret is hidden without touching them', () => {
  const line = (value: string) => `\x1b[32mok\x1b[0m TOKEN=${value} \x1b[1mdone\x1b[0m`;
  expect(hidden(line('12345678'))).toEqual([line('***')]);
});
