import { describe, expect, it } from 'vitest';
import { redact } from '../../../src/common/redact.ts';
import { parseVia, viaHost } from '../../../src/deploy/host/via.ts';

const hops = (text: string) => parseVia(text).hops;
const errorOf = (text: string) => {
  try {
    parseVia(text);
  } catch (error) {
    return error as Error & { kind: string; fix: string };
  }
  throw new Error(`${text} was accepted`);
};

describe('parseVia', () => {
  it.each([
    ['local', [{ kind: 'local' }]],
    ['ssh://system', [{ kind: 'ssh', host: 'system' }]],
    ['ssh://deploy@system:2222/', [{ kind: 'ssh', host: 'system', user: 'deploy', port: 2222 }]],
    ['SSH://a.b_c-d', [{ kind: 'ssh', host: 'a.b_c-d' }]],
    ['ssh://[::1]:22', [{ kind: 'ssh', host: '::1', port: 22 }]],
    ['ssh://[fe80::1%eth0]', [{ kind: 'ssh', host: 'fe80::1%eth0' }]],
    ['ssh://user%2Bci@host', [{ kind: 'ssh', host: 'host', user: 'user+ci' }]],
    ['ssh://me@corp@host', [{ kind: 'ssh', host: 'host', user: 'me@corp' }]],
    ['incus:tables', [{ kind: 'container', program: 'incus', name: 'tables' }]],
    ['lxc:acme-system', [{ kind: 'container', program: 'lxc', name: 'acme-system' }]],
    ['incus:backup:tables', [{ kind: 'container', program: 'incus', name: 'backup:tables' }]],
    [
      'ssh://gate + ssh://root@inner+incus:tables',
      [
        { kind: 'ssh', host: 'gate' },
        { kind: 'ssh', host: 'inner', user: 'root' },
        { kind: 'container', program: 'incus', name: 'tables' },
      ],
    ],
  ])('reads %s', (text, expected) => {
    expect(hops(text)).toEqual(expected);
  });

  it.each([
    ['', 'it is empty'],
    ['ssh://a+', 'nothing stands on one side of a +'],
    ['system', '"system" is none of them'],
    ['docker:x', '"docker:x" is none of them'],
    ['ssh:system', '"ssh:system" is not ssh://[user@]host[:port]'],
    ['ssh://', 'the host is missing behind ssh://'],
    ['ssh://host/path', '"ssh://host/path" is not ssh://[user@]host[:port]'],
    ['ssh://::1', 'an IPv6 address stands in brackets: ssh://[::1]'],
    ['ssh://-oProxyCommand=x', '"-oProxyCommand=x" is no host name or address'],
    ['ssh://host:0', '"0" is no port (1 to 65535)'],
    ['ssh://host:65536', '"65536" is no port (1 to 65535)'],
    ['ssh://host:', '"" is no port (1 to 65535)'],
    ['ssh://@host', 'the user name before @ is empty'],
    ['ssh://-l@host', '"-l" is no user name'],
    ['ssh://a%zz@host', 'the user name "a%zz" holds a % that is no escape'],
    ['incus:', 'incus: needs the name of a container'],
    ['lxc://x', 'a container is written lxc:NAME, without //'],
    ['lxc:--project', '"--project" is no container name (letters, digits and -)'],
    ['lxc:a b', '"a b" is no container name (letters, digits and -)'],
    ['local+incus:x', 'local stands alone: every other way in starts here anyway'],
    ['incus:x+ssh://y', 'ssh cannot start inside the container x; reach y directly or through another host'],
  ])('says what is wrong with "%s"', (text, why) => {
    const error = errorOf(text);
    expect(error.kind).toBe('usage');
    expect(error.message).toBe(`"${text}" is no way in: ${why}.`);
    expect(error.fix).toContain('ssh://[user@]host[:port]');
  });

  it('refuses a password and hides it', () => {
    const error = errorOf('ssh://me:hunter2-of-old@host');
    expect(error.message).not.toContain('hunter2');
    expect(redact('hunter2-of-old')).toBe('***');
  });
});

describe('viaHost', () => {
  it('takes the short form and whole ways in', () => {
    expect(viaHost('deploy@system:22').hops).toEqual([{ kind: 'ssh', host: 'system', user: 'deploy', port: 22 }]);
    expect(viaHost('ssh://a+lxc:b').hops).toHaveLength(2);
    expect(viaHost('local').hops).toEqual([{ kind: 'local' }]);
  });
});
