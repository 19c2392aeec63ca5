import { describe, expect, test } from 'vitest';
import { problem } from '../../src/common/errors.ts';
import { hideSecret, redact, redactedJson, redactValue } from '../../src/common/redact.ts';

describe('what looks like a secret is hidden', () => {
  test.each([
    ['a URL', 'postgres://git:hunter2@db:5432/forgejo', 'postgres://git:***@db:5432/forgejo'],
    ['@ in the password of a URL', 'postgres://git:p@ss@w@db/forgejo', 'postgres://git:***@db/forgejo'],
    ['/ in the password of a URL', 'postgres://git:pa/ss@db/forgejo', 'postgres://git:***@db/forgejo'],
    [': and ? in the password of a URL', 'postgres://git:a:b?c@db/forgejo', 'postgres://git:***@db/forgejo'],
    ['a quote in the password of a URL', `postgres://git:a"b'c@db/forgejo`, 'postgres://git:***@db/forgejo'],
    ['a percent-encoded password', 'postgres://git:p%40ss%2Fw@db/forgejo', 'postgres://git:***@db/forgejo'],
    ['a URL without a user', 'redis://:hunter2@cache:6379/0', 'redis://:***@cache:6379/0'],
    ['a URL whose user is a token', `https://${'0a'.repeat(20)}@host/org/app`, 'https://***@host/org/app'],
    ['a URL in JSON', '{"url":"postgres://git:hunter2@db/x"}', '{"url":"postgres://git:***@db/x"}'],
    ['a query', 'host/db?user=git&password=hunter2&sslmode=require', 'host/db?user=git&password=***&sslmode=require'],
    ['a connection string', 'host=db password=hunter2 dbname=x', 'host=db password=*** dbname=x'],
    ['a short password', 'password=abc', 'password=***'],
    ['a quoted password', "password='two words' dbname=x", "password='***' dbname=x"],
    ['a password with an escaped quote', `password='it\\'s mine' dbname=x`, "password='***' dbname=x"],
    ['a password with a quote in it', 'PGPASSWORD=ab"cd host=db', 'PGPASSWORD=*** host=db'],
    ['app.ini', 'PASSWD = hunter2', 'PASSWD = ***'],
    ['SECRET_KEY', 'SECRET_KEY=abcdef', 'SECRET_KEY=***'],
    ['JSON', '{"password": "a\\"b c", "n": 1}', '{"password": "***", "n": 1}'],
    ['a short value in JSON', '{"token":"abc"}', '{"token":"***"}'],
    ['YAML', 'password: hunter2', 'password: ***'],
    ['a password in brackets', '(the password: hunter2)', '(the password: ***)'],
    ['a header', 'Authorization: token 0a1b2c3d4e5f', 'Authorization: token ***'],
    ['a header of one scheme less', 'authorization: 0123456789abcdef0123', 'authorization: ***'],
    ['a header as JSON', '{"authorization":"Bearer abc.def"}', '{"authorization":"Bearer ***"}'],
    ['a header as pairs', '["authorization","Basic dXNlcjpwYXNzd29yZDE="]', '["authorization","Basic ***"]'],
    ['an argument', 'app --db-password hunter2 --port 80', 'app --db-password *** --port 80'],
    ['SQL', `ALTER ROLE git PASSWORD 'it''s mine';`, "ALTER ROLE git PASSWORD '***';"],
    ['a job token', `x eyJ${'a'.repeat(20)}.eyJ${'b'.repeat(20)}.${'c'.repeat(20)} y`, 'x *** y'],
    ['a token of npm', `npm_${'a1'.repeat(18)}`, '***'],
    ['a token of Vault', `token is hvs.CAES${'a1'.repeat(18)}`, 'token is ***'],
    ['a token of Docker', `dckr_pat_${'a1'.repeat(14)}`, '***'],
    ['a token of PyPI', `pypi-AgEIcHlwaS5vcmc${'a1'.repeat(18)}`, '***'],
    ['a key of Stripe', `sk_live_${'a1'.repeat(12)}`, '***'],
    ['a key of Google', `AIzaSy${'a1'.repeat(17)}`, '***'],
    ['a token of a runner of GitLab', `glrt-${'a1'.repeat(10)}`, '***'],
    ['a key of OpenAI', `sk-proj-${'a1'.repeat(12)}`, '***'],
    ['a hook of Slack', 'https://hooks.slack.com/services/T0/B0/x1y2', 'https://hooks.slack.com/services/***'],
    ['DB_PASS', 'DB_PASS=hunter2 npm test', 'DB_PASS=*** npm test'],
    ['DB_PASS in YAML', '  DB_PASS: "hunter2"', '  DB_PASS: "***"'],
    ['pwd', 'Server=db;Uid=git;Pwd=hunter2;', 'Server=db;Uid=git;Pwd=***;'],
    ['pwd in JSON', '{"user":"git","pwd":"hunter2"}', '{"user":"git","pwd":"***"}'],
    ['pass in a query', 'host/db?user=git&pass=hunter2&x=1', 'host/db?user=git&pass=***&x=1'],
    ['AccountKey', 'AccountName=a;AccountKey=aGVsbG8=;', 'AccountName=a;AccountKey=***;'],
    ['config.json of Docker', '"auth": "dXNlcjpwYXNz"', '"auth": "***"'],
    ['.npmrc', '//registry/:_auth=dXNlcjpwYXNz', '//registry/:_auth=***'],
    ['curl -u', 'curl -fsS -u bob:hunter2 http://h/', 'curl -fsS -u bob:*** http://h/'],
    ['curl -u in quotes', 'curl --user "bob:hunter 2" http://h/', 'curl --user "***" http://h/'],
    ['curl -u without a blank', 'curl -ubob:hunter2 http://h/', 'curl -ubob:*** http://h/'],
    ['mysql -p', 'mysqldump -u root -phunter2 app', 'mysqldump -u root -p*** app'],
    ['docker login -p', 'docker login -u bob -p hunter2 registry', 'docker login -u bob -p *** registry'],
    ['sshpass -p', 'sshpass -p hunter2 ssh host', 'sshpass -p *** ssh host'],
    ['a token of GitHub', `ghp_${'a'.repeat(36)}`, '***'],
    [
      'a private key',
      'a\n-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl\nbnNz\n-----END OPENSSH PRIVATE KEY-----\nz',
      'a\n***private key***\nz',
    ],
    ['a private key that is cut off', '-----BEGIN RSA PRIVATE KEY-----\nb3Bl\nbnNz', '***private key***'],
    ['a PGP key', '-----BEGIN PGP PRIVATE KEY BLOCK-----\nx\n-----END PGP PRIVATE KEY BLOCK-----', '***private key***'],
  ])('%s', (_, text, hidden) => {
    expect(redact(text)).toBe(hidden);
    expect(redact(redact(text))).toBe(hidden);
    // JSON puts a backslash before a quotation mark; what is looked for before anything else has to be seen all the same.
    expect(JSON.parse(redactedJson({ text }))).toEqual({ text: hidden });
  });
});

test.each([
  'token: 3 of 5',
  'tokens: 1234 read',
  `commit ${'0a1b2c3d'.repeat(5)} pushed`,
  'https://git.example.org:3000/api/packages/org/npm/@scope%2fname',
  'https://git.example.org/org/app/actions/runs/7',
  'see http://host:80/, then mail ops@example.org',
  'ssh://git@host:22/org/app.git',
  'git@host:org/app.git',
  'password authentication failed for user "git"',
  "Access denied for user 'git'@'localhost' (using password: YES)",
  'if (password == null) return',
  'PASSWD_URI=file:/run/secrets/db and PASSWD__FILE=/run/secrets/db',
  '--token-env FORGEJO_TOKEN',
  'use --token to log in',
  'basic authentication',
  'the bearer of this letter',
  'author: alice',
  'PWD=/workspace/app',
  'OLDPWD=C:\\app and pwd=$HOME',
  'pwd: error retrieving current directory',
  'PASS=12 FAIL=0, tests_pass: true, bypass=all',
  'docker run -u 1000:1000 -p 3306:3306 mysql:8 mysqld',
  'docker run --name mysql -p3306:3306 -u mysql:mysql x',
  'curl -fsSLo build:app http://h:80/ -X PUT --user-agent ci:1',
  'mysql -u root -p app',
  'login as root -port 22',
  '"auth": "required"',
  'basic_auth=true',
  'npm_config_registry=https://registry.npmjs.org',
  'npm_lifecycle_event_of_a_very_long_script_name',
  'task_test_abcdefghijklmnopqrstuvwxyz',
  'pypi-publish-to-the-test-index',
])('ordinary text stays: %s', (text) => {
  expect(redact(text)).toBe(text);
});

describe('a secret that was given', () => {
  test('is hidden wherever it stands, also encoded and inside JSON', () => {
    hideSecret('kr4ß/"ö w');
    for (const text of ['kr4ß/"ö w', encodeURIComponent('kr4ß/"ö w'), JSON.stringify({ a: 'kr4ß/"ö w' })])
      expect(redact(`<${text}>`)).not.toMatch(/kr4/);
  });

  test('is hidden line by line', () => {
    hideSecret('first-line-of-it\r\n  second-line-of-it\nab');
    expect(redact('x second-line-of-it ab first-line-of-it')).toBe('x *** ab ***');
  });

  test('leaves nothing of itself behind when a part of it is a secret too', () => {
    hideSecret('sesame');
    hideSecret('open-sesame-now');
    expect(redact('open-sesame-now')).toBe('***');
  });

  test('does not eat words when it is short or empty', () => {
    for (const value of ['', 'the', ' a ', undefined]) hideSecret(value);
    expect(redact('the cat sat on a mat')).toBe('the cat sat on a mat');
  });

  test('with half a surrogate pair is taken as it is', () => {
    hideSecret('half\ud800pair');
    expect(redact('a half\ud800pair')).toBe('a ***');
  });

  test('does not reach an error, its next step, or a value', () => {
    hideSecret('rosebud-1941');
    const error = problem('at rosebud-1941', 'try rosebud-1941');
    class Row {
      name = 'rosebud-1941';
    }
    const value = { 'rosebud-1941': ['rosebud-1941', new Row(), new Date(0), null, 3, true] };
    expect(`${error.message} ${error.fix}`).toBe('at *** try ***');
    expect(redactValue(value)).toEqual({
      '***': ['***', { name: '***' }, '1970-01-01T00:00:00.000Z', null, 3, true],
    });
    expect(value['rosebud-1941'][0]).toBe('rosebud-1941');
  });
});

test('a password of any characters never shows in a URL that encodes it, nor in a connection string that quotes it', () => {
  const alphabet = [
    'a',
    'Z',
    '7',
    '@',
    ':',
    '/',
    '?',
    '#',
    '%',
    '&',
    '=',
    '+',
    "'",
    '"',
    '\\',
    ' ',
    '[',
    'ö',
    '😀',
    ';',
    ',',
  ];
  let seed = 1;
  const random = (below: number) => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed % below;
  };
  for (let round = 0; round < 2_000; round++) {
    const noise = Array.from({ length: 8 }, () => alphabet[random(alphabet.length)]).join('');
    const password = `Q${noise}Q`;
    const escaped = password.replace(/[\\']/g, '\\$&');
    const texts = [
      `postgres://git:${encodeURIComponent(password)}@db/x`,
      `host=db password='${escaped}' dbname=x`,
      JSON.stringify({ password }),
    ];
    for (const text of texts) expect(redact(text)).not.toMatch(/Q/);
  }
});

// A pattern that scans one stretch again and again takes minutes for these; the test's own time limit tells.
test.each([
  '://',
  '://a:',
  '://:@',
  'password ',
  'password=',
  "password='",
  'password="\\',
  'authorization: ',
  'a-',
  '--',
  '--a-',
  '-----BEGIN ',
  '-----BEGIN PRIVATE KEY-----',
  'eyJaaaaaaaa.',
  'bearer ',
  'curl ',
  'curl -u ',
  ' -u" -u\'',
  'curl -u a:"',
  'mysql ',
  'mysql -p" ',
  'login -p ',
  "login -p='",
  'sshpass -p ',
  '_pass',
  '_pass: "',
  'pwd=',
  '"auth": "',
  '"auth": "a',
  ' ',
  'a.b',
])('hostile text is gone through in time: %j', (piece) => {
  const text = piece.repeat(Math.ceil(2_000_000 / piece.length));
  expect(redact(text).length).toBeGreaterThan(0);
});

test.each([
  { plain: ['nothing', 1, null, true, undefined], inner: { a: 'b' } },
  { url: 'postgres://someone:pw@host/db' },
  { quoted: 'password="two words"', line: 'authorization: "Bearer abcdef0123456789"' },
  { key: '-----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY-----' },
  { 'a name with a "token=abcdef"': 1 },
  { known: 'before \n kn"own\\secret \t after', encoded: 'kn%22own%5Csecret' },
  { date: new Date(0) },
  'token=abcdef',
  null,
  undefined,
])('JSON is written as if every string in it had been redacted by itself: %j', (value) => {
  hideSecret('kn"own\\secret');
  expect(redactedJson(value)).toBe(JSON.stringify(redactValue(value ?? null)));
  expect(redactedJson([value], 2)).toBe(JSON.stringify(redactValue([value]), null, 2));
});
