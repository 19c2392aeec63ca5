import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSshConfig, resolveHost } from '../../../../src/deploy/host/ssh/config.ts';

let home: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'home-'));
});
afterAll(() => rm(home, { recursive: true }));

async function resolve(text: string, host: string, user?: string) {
  const path = join(home, 'config');
  await writeFile(path, text);
  const person = { home, user: 'me' };
  return resolveHost(await readSshConfig(path, person), host, person, user);
}

describe('ssh_config', () => {
  it('answers with the first value of each keyword, and all identity files', async () => {
    const text = `
# a comment
Host sys* !sysadmin
  HostName=10.0.0.5
  User  gbuser
  IdentityFile ~/.ssh/deploy
Host *
\tPort 2222
\tUser other
\tIdentityFile "/keys/%r at %h"
`;
    expect(await resolve(text, 'system')).toMatchObject({
      hostName: '10.0.0.5',
      user: 'gbuser',
      port: 2222,
      identityFiles: [`${home}/.ssh/deploy`, '/keys/gbuser at 10.0.0.5'],
    });
    expect(await resolve(text, 'sysadmin')).toMatchObject({
      user: 'other',
      identityFiles: ['/keys/other at sysadmin'],
    });
    expect((await resolve(text, 'sysadmin')).hostName).toBeUndefined();
    expect((await resolve(text, 'system', 'root')).identityFiles[1]).toBe('/keys/root at 10.0.0.5');
  });

  it('reads everything a connection needs', async () => {
    const text = `Host a
HostName %h.example.org
ProxyJump gate,%r@inner:23
User u
UserKnownHostsFile ~/k1 "/k 2"
HostKeyAlias alias
IdentitiesOnly yes
IdentityAgent none
ConnectTimeout 7
ServerAliveInterval 3
CertificateFile ~/c.pub`;
    expect(await resolve(text, 'A')).toEqual(expect.objectContaining({ hostName: 'A.example.org' }));
    expect(await resolve(text, 'a')).toEqual({
      hostName: 'a.example.org',
      proxyJump: 'gate,u@inner:23',
      user: 'u',
      userKnownHostsFiles: [`${home}/k1`, '/k 2'],
      hostKeyAlias: 'alias',
      identitiesOnly: true,
      identityAgent: 'none',
      identityFiles: [],
      certificateFiles: [`${home}/c.pub`],
      connectTimeoutMs: 7000,
      keepaliveMs: 3000,
    });
  });

  it('understands Match as far as it can be known beforehand', async () => {
    const text = `Host a\n HostName 10.0.0.9\nMatch host 10.0.0.* user u\n Port 1\nMatch originalhost a !user root\n User x\nMatch exec "true"\n Port 2\nMatch all\n Port 3\n`;
    expect(await resolve(text, 'a', 'u')).toMatchObject({ port: 1 });
    expect(await resolve(text, 'a', 'root')).toMatchObject({ port: 3, user: 'root' });
    expect(await resolve(text, 'a')).toMatchObject({ port: 3, user: 'x' });
    expect(await resolve(text, 'b')).toMatchObject({ port: 3 });
  });

  it('follows Include, within the block it stands in', async () => {
    await mkdir(join(home, 'd'), { recursive: true });
    await writeFile(join(home, 'd/1.conf'), 'User one\n');
    await writeFile(join(home, 'd/2.conf'), 'User two\nPort 22\nHost other\n Port 99\n');
    await writeFile(join(home, 'd/.hidden.conf'), 'User hidden\n');
    const text = 'Host a\n Include d/*.conf\nHost *\n Port 7\n';
    expect(await resolve(text, 'a')).toMatchObject({ user: 'one', port: 22 });
    expect(await resolve(text, 'other')).toMatchObject({ port: 7 });
  });

  it('tells what it cannot use', async () => {
    await expect(resolve('Port x', 'a')).rejects.toThrow(/config:1: "x" is no value for port/);
    await expect(resolve('Include config', 'a')).rejects.toThrow(/more than 16 deep/);
    expect((await resolve('ProxyCommand nc %h %p', 'a')).proxyCommand).toBe('nc %h %p');
    expect((await resolve('ProxyCommand none\nProxyJump none', 'a')).proxyCommand).toBeUndefined();
    expect(await readSshConfig(join(home, 'absent'), { home, user: 'me' })).toEqual([]);
  });
});
