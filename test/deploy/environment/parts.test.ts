// biome-ignore-all lint/suspicious/noTemplateCurlyInString: what a person writes into deploy.yaml.
import { describe, expect, test } from 'vitest';
import { redact } from '../../../src/common/redact.ts';
import { fits, hostsOfCommand, hostsOfInventory } from '../../../src/deploy/environment/hosts.ts';
import { inBatches, inOrder } from '../../../src/deploy/environment/order.ts';
import { checkPlace, permit } from '../../../src/deploy/environment/protect.ts';
import { expand } from '../../../src/deploy/environment/references.ts';
import type { Rollout } from '../../../src/deploy/environment/resolve.ts';
import { containerOf, snapshotCommand } from '../../../src/deploy/environment/snapshot.ts';
import { localHost } from '../../../src/deploy/host/local.ts';
import { parseVia } from '../../../src/deploy/host/via.ts';

test('a service comes behind all it needs, and otherwise where it is written', () => {
  const services = {
    ui: { needs: ['server'] },
    server: { needs: ['tables', 'drive'] },
    drive: {},
    tables: {},
    proxy: {},
  };
  expect(inOrder(services)).toEqual(['tables', 'drive', 'server', 'ui', 'proxy']);
});

test.each([
  [['1'], 0, [[1], [2], [3], [4], [5], [6], [7]]],
  [['max'], 0, [[1, 2, 3, 4, 5, 6, 7]]],
  [['1', '25%', 'max'], 0, [[1], [2, 3], [4, 5, 6, 7]]],
  [['25%'], 0, [[1, 2], [3, 4], [5, 6], [7]]],
  [['3'], 1, [[1], [2, 3, 4], [5, 6, 7]]],
  [['max'], 9, [[1, 2, 3, 4, 5, 6, 7]]],
])('seven hosts in batches of %j with %i canaries', (sizes, canaries, batches) => {
  expect(inBatches([1, 2, 3, 4, 5, 6, 7], sizes, canaries)).toEqual(batches);
});

test('no host makes no batch', () => expect(inBatches([], ['max'], 1)).toEqual([]));

describe('lists of hosts', () => {
  const inventory = `# who is where
alone
[web]
web-1 ansible_host=10.0.0.5 ansible_user=deploy ansible_port=2222 http_port=80
web-2   ; the old one
[tables]
db ansible_host=fd00::7
[prod:children]
web
tables
[prod:vars]
domain=example.org
`;
  test.each([
    [undefined, ['alone', 'deploy@10.0.0.5:2222', 'web-2', '[fd00::7]']],
    ['web', ['deploy@10.0.0.5:2222', 'web-2']],
    ['prod', ['deploy@10.0.0.5:2222', 'web-2', '[fd00::7]']],
  ])('of an inventory, group %s', (group, hosts) => {
    expect(hostsOfInventory(inventory, group, 'here').map(({ host }) => host)).toEqual(hosts);
  });

  test('with ranges', () => {
    const names = (text: string) => hostsOfInventory(text, undefined, 'hosts.ini').map(({ host }) => host);
    expect(names('web[08:10].x\ndb-[a:c:2]')).toEqual(['web08.x', 'web09.x', 'web10.x', 'db-a', 'db-c']);
    expect(names('[web]\nr[1:2]n[1:2] ansible_port=22')).toEqual(['r1n1:22', 'r1n2:22', 'r2n1:22', 'r2n2:22']);
    expect(names('[1:2].x\n[fd00::7]:2222\nlast')).toEqual(['1.x', '2.x', '[fd00::7]:2222', 'last']);
    // An address is no range.
    expect(names('db ansible_host=fd00::7')).toEqual(['[fd00::7]']);
    expect(() => names('web[3:1]')).toThrow('hosts.ini: [3:1] in "web[3:1]" is no range.');
  });

  test('a group that is not there', () => {
    expect(() => hostsOfInventory(inventory, 'wep', 'hosts.ini')).toThrow(
      'hosts.ini: there is no group [wep]; did you mean [web]?',
    );
  });

  test('of a command: JSON, or lines', () => {
    expect(hostsOfCommand('["a", "b@c"]\n', 'here')).toEqual([{ host: 'a' }, { host: 'b@c' }]);
    expect(hostsOfCommand('a\n\nb@c\n', 'here')).toEqual([{ host: 'a' }, { host: 'b@c' }]);
    expect(() => hostsOfCommand('[1]', 'here')).toThrow('no JSON list of texts');
  });

  test('are chosen by patterns', () => {
    expect(['prod-1', 'PROD-2', 'stage-1', 'xprod-1'].filter((name) => fits(name, 'prod-?'))).toEqual([
      'prod-1',
      'PROD-2',
    ]);
    expect(fits('a.b', 'a*b')).toBe(true);
    expect(fits('axb', 'a.b')).toBe(false);
  });
});

describe('references', () => {
  const known = { env: { TOKEN: 'hush-hush-hush', EMPTY: '' }, variables: { ADDRESS: '10.0.0.5' } };
  test('are filled, and what comes from the environment is hidden from then on', () => {
    expect(expand(['x${var:ADDRESS}y', '${env:TOKEN}', '$${var:ADDRESS}'], known, 'here')).toEqual([
      'x10.0.0.5y',
      'hush-hush-hush',
      '${var:ADDRESS}',
    ]);
    expect(redact('it is hush-hush-hush')).toBe('it is ***');
  });
  test.each([
    ['${env:NONE}', 'here takes NONE from the environment, where it is not set'],
    ['${env:EMPTY}', 'here takes EMPTY from the environment, where it is not set'],
    ['${var:ADRESS}', 'did you mean "ADDRESS"?'],
    ['${HOME}', 'here holds ${HOME}, which stands for nothing'],
    ['${env:TOKEN', 'which stands for nothing'],
  ])('to nothing: %s', (text, message) => {
    expect(() => expand(text, known, 'here')).toThrow(message);
  });
});

const prod = { environment: 'prod', protected: true, marker: undefined, hostname: [] } as unknown as Rollout;

test.each([
  [{ ci: true, confirm: 'prod', manual: undefined }, null],
  [{ ci: false, confirm: 'prod', manual: 'the forge is down' }, null],
  [{ ci: true, confirm: undefined, manual: undefined }, 'prod is protected.'],
  [{ ci: true, confirm: 'stage', manual: undefined }, '--confirm says "stage", and prod is to be changed.'],
  [{ ci: false, confirm: 'prod', manual: undefined }, 'through CI only'],
  [{ ci: false, confirm: 'prod', manual: ' ' }, 'through CI only'],
])('a protected environment asked with %j', (permission, message) => {
  if (message === null) expect(() => permit(prod, permission)).not.toThrow();
  else expect(() => permit(prod, permission)).toThrow(message);
});

test('a host is asked what it is called', async () => {
  const host = localHost({ PATH: process.env.PATH });
  const { stdout } = await host.run(['uname', '-n']);
  await checkPlace(host, { ...prod, hostname: ['no-*', stdout.trim()] });
  await expect(checkPlace(host, { ...prod, hostname: ['no-such-*'] })).rejects.toMatchObject({
    kind: 'problem',
    message: expect.stringContaining(`calls itself "${stdout.trim()}", which is no host of prod`),
  });
});

test('a container, and what is run on the machine around it', () => {
  const found = containerOf(parseVia('ssh://deploy@10.0.0.5+incus:system'), ['sudo', '-n'])!;
  expect(found.around).toMatchObject({ text: 'ssh://deploy@10.0.0.5', hops: [{ kind: 'ssh', host: '10.0.0.5' }] });
  expect(snapshotCommand(found.container, 'restore', 's').join(' ')).toBe('sudo -n incus snapshot restore system s');
  const local = containerOf(parseVia('lxc:system'), [])!;
  expect(local.around.hops).toEqual([{ kind: 'local' }]);
  expect(snapshotCommand(local.container, 'create', 's').join(' ')).toBe('lxc snapshot system s');
  expect(snapshotCommand(local.container, 'delete', 's').join(' ')).toBe('lxc delete system/s');
  expect(containerOf(parseVia('ssh://a'), [])).toBeNull();
});
