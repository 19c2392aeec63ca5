import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { redact } from '../../src/common/redact.ts';
import {
  type ForgejoSettings,
  forgejoSettings,
  overlayEnvironment,
  parseIni,
  readForgejoSettings,
} from '../../src/doctor/app-ini.ts';

const value = (text: string, section = 's', key = 'K') => parseIni(text).get(section)?.get(key);

describe('a value is read as go-ini reads it', () => {
  test.each([
    ['K = v', 'v'],
    ['K=v', 'v'],
    ['  K : v  ', 'v'],
    ['K =', ''],
    ['K = a=b:c', 'a=b:c'],
    ['K = a b', 'a b'],
    // A comment needs no space before its mark; that is why Forgejo's documentation wants such passwords in backquotes.
    ['K = a#b', 'a'],
    ['K = a;b', 'a'],
    ['K = a ; comment', 'a'],
    ['K = "a#b"', '"a'],
    ['K = `a#b;c`', 'a#b;c'],
    ['K = `a`b` ; comment', 'a`b'],
    ['K = """a#"b"""', 'a#"b'],
    ['K = `a\nb\n c` ; comment', 'a\nb\n c'],
    ['K = """a\n#b\n"""', 'a\n#b\n'],
    ['K = `never closed\nL = 1', 'never closed\nL = 1'],
    ['K = "a b"', 'a b'],
    ["K = 'a b'", 'a b'],
    ['K = "a"b"', '"a"b"'],
    ['K = "', '"'],
    // IgnoreContinuation: a backslash is a backslash.
    ['K = a\\\nL = 1', 'a\\'],
    ['`K` = v', 'v'],
    ['"K" : v', 'v'],
    ['K = 1\nK = 2', '2'],
    ['K = v\r\nL = 1', 'v'],
  ])('%j', (text, expected) => {
    expect(value(`[s]\n${text}`)).toBe(expected);
  });

  test('sections and keys are told apart by case; [DEFAULT] is outside of sections', () => {
    const ini = parseIni(
      '\ufeffA = 0\n[database]\nHOST = a\n# c\n; c\n[Database]\nhost = b\n[DEFAULT]\nB = 1\n[database] ; c\nNAME = n',
    );
    expect(ini.get('')).toEqual(
      new Map([
        ['A', '0'],
        ['B', '1'],
      ]),
    );
    expect(ini.get('database')).toEqual(
      new Map([
        ['HOST', 'a'],
        ['NAME', 'n'],
      ]),
    );
    expect(ini.get('Database')).toEqual(new Map([['host', 'b']]));
  });

  test('lines that are nothing are passed over', () => {
    expect(parseIni('[s]\nnonsense\n[open\n= v\nK = v').get('s')).toEqual(new Map([['K', 'v']]));
  });
});

const settings = (text: string, env: Record<string, string> = {}, file = '/srv/forgejo/custom/conf/app.ini') =>
  overlayEnvironment(parseIni(`[database]\nDB_TYPE = postgres\n${text}`), env).then((ini) =>
    forgejoSettings(ini, file, env),
  );
const url = async (text: string, env?: Record<string, string>) => (await settings(text, env)).databaseUrl;

describe('[database]', () => {
  test.each([
    ['', 'postgres://127.0.0.1:5432/?sslmode=disable'],
    ['HOST = db:6432\nNAME = PROD-ALM\nUSER = git\nPASSWD = pw', 'postgres://git:pw@db:6432/PROD-ALM?sslmode=disable'],
    ['HOST = db\nSSL_MODE = verify-full', 'postgres://db:5432/?sslmode=verify-full'],
    ['HOST = db:', 'postgres://db:5432/?sslmode=disable'],
    ['HOST = :6432', 'postgres://127.0.0.1:6432/?sslmode=disable'],
    ['HOST = [::1]:6432', 'postgres://[::1]:6432/?sslmode=disable'],
    ['HOST = [::1]', 'postgres://[::1]:5432/?sslmode=disable'],
    ['HOST = ::1', 'postgres://[::1]:5432/?sslmode=disable'],
    ['HOST = /run/postgresql\nNAME = n', 'postgres://host:5432/n?host=%2Frun%2Fpostgresql&sslmode=disable'],
    ['HOST = /run/postgresql:6432', 'postgres://host:6432/?host=%2Frun%2Fpostgresql&sslmode=disable'],
    ['HOST = a\nHOST_PRIMARY = b', 'postgres://b:5432/?sslmode=disable'],
    ['NAME = n?options=-c%20x=y', 'postgres://127.0.0.1:5432/n?options=-c+x%3Dy&sslmode=disable'],
    ['NAME = a/b c', 'postgres://127.0.0.1:5432/a%2Fb%20c?sslmode=disable'],
    ['DB_TYPE = mysql\nHOST = db\nNAME = f\nUSER = git\nPASSWD = pw', 'mysql://git:pw@db:3306/f?ssl-mode=disable'],
    [
      'DB_TYPE = mysql\nHOST = db:3307\nNAME = f?charset=utf8\nSSL_MODE = skip-verify',
      'mysql://db:3307/f?charset=utf8&ssl-mode=skip-verify',
    ],
    [
      'DB_TYPE = mysql\nHOST = /run/mysqld/mysqld.sock\nNAME = f',
      'mysql://host:3306/f?socket=%2Frun%2Fmysqld%2Fmysqld.sock&ssl-mode=disable',
    ],
    ['DB_TYPE = sqlite3', 'sqlite:///srv/forgejo/data/forgejo.db'],
    ['DB_TYPE = sqlite3\n[server]\nAPP_DATA_PATH = /d', 'sqlite:///d/forgejo.db'],
    ['DB_TYPE = sqlite3\nPATH = /d/my forge?.db', 'sqlite:///d/my%20forge%3F.db'],
    ['DB_TYPE = sqlite3\nPATH = data/gitea.db', 'sqlite:///srv/forgejo/data/gitea.db'],
  ])('%j', async (text, expected) => {
    expect(await url(text)).toBe(expected);
  });

  test.each(['p@ss:w/rd?#', '100%', "it's", 'ö"\\ x', '%41'])(
    'the password %j survives its way into a URL',
    async (password) => {
      const address = new URL(await url(`USER = git\nPASSWD = """${password}"""`));
      expect(decodeURIComponent(address.password)).toBe(password);
    },
  );

  test('the password is hidden from then on', async () => {
    await url('PASSWD = kumquat-harvest');
    expect(redact('so kumquat-harvest it is')).toBe('so *** it is');
  });

  test.each([
    ['DB_TYPE = mssql', /DB_TYPE is "mssql"/],
    ['DB_TYPE =', /DB_TYPE is "not set"/],
    ['HOST = a:1,b:2', /several servers \(a:1,b:2\)/],
  ])('%j is refused', async (text, message) => {
    await expect(settings(text)).rejects.toMatchObject({ kind: 'usage', message: expect.stringMatching(message) });
  });

  test('SCHEMA', async () => {
    expect((await settings('SCHEMA = forge')).schema).toBe('forge');
    expect((await settings('SCHEMA =')).schema).toBeUndefined();
  });
});

describe('%(NAME)s', () => {
  test.each([
    ['[server]\nDOMAIN = h\nROOT_URL = https://%(DOMAIN)s/git', 'https://h/git/'],
    ['[DEFAULT]\nDOMAIN = d\n[server]\nROOT_URL = http://%(DOMAIN)s', 'http://d/'],
    ['[server]\nDOMAIN = h\nA = %(DOMAIN)s:1\nROOT_URL = http://%(A)s', 'http://h:1/'],
    ['[server]\nROOT_URL = http://%(NOPE)s', 'http://%(NOPE)s/'],
  ])('%j', async (text, rootUrl) => {
    expect((await settings(text)).rootUrl).toBe(rootUrl);
  });

  test('in a circle comes to an end', async () => {
    const { rootUrl } = await settings('[server]\nA = %(B)s\nB = %(A)s\nROOT_URL = http://h/%(A)s');
    expect(rootUrl).toMatch(/^http:\/\/h\/%\([AB]\)s\/$/);
  });

  test('is looked up after the environment was laid over', async () => {
    const { rootUrl } = await settings('[server]\nDOMAIN = file\nROOT_URL = http://%(DOMAIN)s/', {
      FORGEJO__server__DOMAIN: 'environment',
    });
    expect(rootUrl).toBe('http://environment/');
  });
});

test.each([
  ['', 'http://localhost:3000/'],
  ['[server]\nDOMAIN = h\nHTTP_PORT = 4747', 'http://h:4747/'],
  ['[server]\nDOMAIN = h\nPROTOCOL = https', 'https://h:3000/'],
  ['[server]\nROOT_URL = https://h', 'https://h/'],
])('ROOT_URL of %j', async (text, rootUrl) => {
  expect((await settings(text)).rootUrl).toBe(rootUrl);
});

describe('the environment', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'app-ini-'));
  });
  afterEach(() => rm(directory, { recursive: true }));

  test.each([
    ['FORGEJO__database__HOST', 'database', 'HOST'],
    ['FORGEJO__DATABASE__HOST', 'database', 'HOST'],
    ['GITEA__database__HOST', 'database', 'HOST'],
    ['FORGEJO____APP_NAME', '', 'APP_NAME'],
    ['FORGEJO__cron_0X2E_stop_zombie_tasks__ENABLED', 'cron.stop_zombie_tasks', 'ENABLED'],
    ['FORGEJO__storage_0x2e_actions_log__PATH', 'storage.actions_log', 'PATH'],
    ['FORGEJO__git_0X2E_config__receive_0X2E_x', 'git.config', 'receive.x'],
    ['FORGEJO___0X4C6F67___K', 'log', 'K'],
    ['FORGEJO__a__b__C', 'a', 'b__C'],
  ])('%s', async (name, section, key) => {
    const ini = await overlayEnvironment(new Map(), { [name]: 'v' });
    expect([...ini].map(([found, keys]) => [found, ...keys.entries()])).toEqual([[section, [key, 'v']]]);
  });

  test.each(['FORGEJO__database', 'FORGEJO__database__', 'FORGEJO_DATABASE__HOST', 'XFORGEJO__a__B', 'FORGEJO__'])(
    '%s is none of it',
    async (name) => {
      expect((await overlayEnvironment(new Map(), { [name]: 'v' })).size).toBe(0);
    },
  );

  test('goes before the file, FORGEJO before GITEA', async () => {
    const env = { FORGEJO__database__HOST: 'f', GITEA__database__HOST: 'g', GITEA__database__NAME: 'n' };
    expect(await url('HOST = file\nNAME = file', env)).toBe('postgres://f:5432/n?sslmode=disable');
  });

  test('a value from a file loses one line end', async () => {
    const file = join(directory, 'secret');
    for (const [content, password] of [
      ['pw1 \n', 'pw1 '],
      ['pw2\r\n', 'pw2'],
      ['pw3\n\n', 'pw3\n'],
      ['pw4', 'pw4'],
    ] as const) {
      await writeFile(file, content);
      const address = new URL(await url('PASSWD = old', { FORGEJO__database__PASSWD__FILE: file }));
      expect(decodeURIComponent(address.password)).toBe(password);
    }
    await expect(url('', { FORGEJO__database__PASSWD__FILE: '/dev/null/x' })).rejects.toMatchObject({
      kind: 'usage',
      message: expect.stringMatching(/^FORGEJO__database__PASSWD__FILE names \/dev\/null\/x/),
    });
  });

  test('PASSWD_URI names a file as well', async () => {
    const file = join(directory, 'my secret');
    await writeFile(file, '\n pear-basket\n');
    const ini = join(directory, 'app.ini');
    await writeFile(ini, `[database]\nDB_TYPE = postgres\nUSER = git\nPASSWD_URI = file:${encodeURI(file)}\n`);
    expect(new URL((await readForgejoSettings(ini, {})).databaseUrl).password).toBe('pear-basket');
    for (const uri of ['http://h/x', 'nonsense', 'file:/dev/null/x'])
      await expect(readForgejoSettings(ini, { FORGEJO__database__PASSWD_URI: uri })).rejects.toMatchObject({
        kind: 'usage',
      });
  });

  test('a file that cannot be read says which, and what to do', async () => {
    await expect(readForgejoSettings(join(directory, 'gone.ini'), {})).rejects.toMatchObject({
      kind: 'usage',
      message: expect.stringMatching(/gone\.ini cannot be read \(ENOENT/),
      fix: expect.stringMatching(/sudo -u git/),
    });
  });
});

const directoryOf = ({ logStorage }: ForgejoSettings) =>
  logStorage.kind === 'directory' ? logStorage.directory : null;

describe('where logs are', () => {
  test.each([
    ['', '/srv/forgejo/data/actions_log'],
    ['[server]\nAPP_DATA_PATH = /d', '/d/actions_log'],
    ['[server]\nAPP_DATA_PATH = d', '/srv/forgejo/d/actions_log'],
    ['[storage]\nPATH = /s', '/s/actions_log'],
    ['[storage]\nPATH = s', '/srv/forgejo/data/s/actions_log'],
    ['[storage]\nSTORAGE_TYPE = minio', null],
    ['[storage.actions_log]\nPATH = /a', '/a'],
    ['[storage.actions_log]\nPATH = a', '/srv/forgejo/data/a'],
    ['[storage.actions_log]\nSTORAGE_TYPE = minio', null],
    ['[storage.actions_log]\nSTORAGE_TYPE = local', '/srv/forgejo/data/actions_log'],
    ['[storage.actions_log]\nMINIO_BASE_PATH = x', '/srv/forgejo/data/actions_log'],
    ['[storage]\nSTORAGE_TYPE = minio\n[storage.actions_log]\nPATH = /a', null],
    ['[storage]\nSTORAGE_TYPE = minio\n[storage.actions_log]\nSTORAGE_TYPE = local\nPATH = /a', '/a'],
    ['[storage]\nSTORAGE_TYPE = minio\n[storage.minio]\nMINIO_BUCKET = b', null],
    ['[storage]\nPATH = /s\n[storage.actions_log]', '/srv/forgejo/data/actions_log'],
    ['[storage.disk]\nSTORAGE_TYPE = local\nPATH = /x\n[storage.actions_log]\nSTORAGE_TYPE = disk', '/x'],
    ['[storage.disk]\nSTORAGE_TYPE = local\nPATH = /x\n[storage.actions_log]\nSTORAGE_TYPE = disk\nPATH = y', '/x/y'],
    ['[storage.disk]\nSTORAGE_TYPE = local\nPATH = /x\n[storage.actions_log]\nSTORAGE_TYPE = disk\nPATH = /y', '/y'],
    ['[storage.s3]\nSTORAGE_TYPE = minio\n[storage.actions_log]\nSTORAGE_TYPE = s3', null],
    // [actions] is not asked.
    ['[actions]\nSTORAGE_TYPE = minio\nPATH = /p', '/srv/forgejo/data/actions_log'],
  ])('%j', async (text, directory) => {
    expect(directoryOf(await settings(text))).toBe(directory);
  });

  test.each([
    ['/etc/forgejo/app.ini', {}, '', '/var/lib/forgejo/data/actions_log'],
    ['/data/gitea/conf/app.ini', {}, 'WORK_PATH = /data/gitea', '/data/gitea/data/actions_log'],
    ['/etc/forgejo/app.ini', { FORGEJO_WORK_DIR: '/w', GITEA_WORK_DIR: '/g' }, '', '/w/data/actions_log'],
    ['/etc/forgejo/app.ini', { GITEA_WORK_DIR: '/g', FORGEJO_WORK_DIR: '' }, '', '/g/data/actions_log'],
    ['/etc/forgejo/app.ini', { FORGEJO_WORK_DIR: '/w' }, 'WORK_PATH = /ini', '/ini/data/actions_log'],
    ['/srv/app.ini', {}, '', '/srv/data/actions_log'],
  ])('%s with %j', (file, env, line, directory) => {
    const ini = parseIni(`${line}\n[database]\nDB_TYPE = postgres`);
    expect(directoryOf(forgejoSettings(ini, file, env as Record<string, string>))).toBe(directory);
  });
});

describe('clocks', () => {
  test.each([
    ['', { zombieTimeout: 600, zombiePeriod: 300 }],
    ['[actions]\nZOMBIE_TASK_TIMEOUT = 1h30m', { zombieTimeout: 5_400 }],
    ['[actions]\nZOMBIE_TASK_TIMEOUT = 90s', { zombieTimeout: 90 }],
    ['[actions]\nZOMBIE_TASK_TIMEOUT = 90', { zombieTimeout: 600 }],
    ['[actions]\nZOMBIE_TASK_TIMEOUT = soon', { zombieTimeout: 600 }],
    ['[cron.stop_zombie_tasks]\nSCHEDULE = @every 1m30s', { zombiePeriod: 90 }],
    ['[cron.stop_zombie_tasks]\nSCHEDULE = @hourly', { zombiePeriod: 3_600 }],
    ['[cron.stop_zombie_tasks]\nSCHEDULE = */10 * * * *', { zombiePeriod: 600 }],
    ['[cron.stop_zombie_tasks]\nSCHEDULE = 0 */2 * * * *', { zombiePeriod: 120 }],
    ['[cron.stop_zombie_tasks]\nSCHEDULE = * * * * *', { zombiePeriod: 60 }],
    ['[cron.stop_zombie_tasks]\nENABLED = false', { zombiePeriod: null }],
    ['[cron.stop_zombie_tasks]\nENABLED = off', { zombiePeriod: null }],
    ['[cron]\nENABLED = no', { zombiePeriod: null }],
    ['[cron]\nENABLED = false\n[cron.stop_zombie_tasks]\nENABLED = true', { zombiePeriod: 300 }],
    ['[cron]\nSCHEDULE = @every 2m', { zombiePeriod: 120 }],
  ])('%j', async (text, timings) => {
    expect((await settings(text)).timings).toMatchObject(timings);
  });
});
