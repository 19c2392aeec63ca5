// biome-ignore-all lint/suspicious/noTemplateCurlyInString: what a person writes into deploy.yaml.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { optionsOf, verbName } from '../../../src/common/command.ts';
import { deployBinary } from '../../../src/deploy/command.ts';
import { readDeployFile } from '../../../src/deploy/environment/file.ts';
import { jsonSchema, serviceKeys, wayKeys } from '../../../src/deploy/environment/schema.ts';

const good = `services:
  botserver:
    source: target/release/botserver
    target: /opt/gbo/bin/botserver
    owner: gbuser:gbuser
    mode: 0755
    health-url: http://\${var:ADDRESS}:5858/api/health
  botui:
    source: target/release/botui
    target: /opt/gbo/bin/botui
    command: [./botui, --port, 5859]
    needs: [botserver]
environments:
  stage:
    hosts: [deploy@10.0.0.5]
    variables: { ADDRESS: 127.0.0.1 }
  prod:
    protected: true
    marker: /opt/gbo/environment
    hosts: { inventory: hosts.ini, group: prod }
    batches: [1, 25%, max]
    canary: { settle: 30s }
    identity: \${env:DEPLOY_KEY}
`;

test('a file is read, and its numbers are the texts that the flags take', async () => {
  const { values } = await readDeployFile(good, 'deploy.yaml');
  expect(values.services.botserver).toMatchObject({ mode: '755', owner: 'gbuser:gbuser' });
  expect(values.services.botui).toMatchObject({ command: './botui --port 5859', needs: ['botserver'] });
  expect(values.environments.prod).toMatchObject({ batches: ['1', '25%', 'max'], canary: { settle: '30s' } });
});

test.each([
  [
    'an unknown key',
    ['    owner: gbuser:gbuser', '    onwer: gbuser:gbuser'],
    'deploy.yaml:5: services.botserver.onwer is not known; did you mean "owner"?',
  ],
  [
    'an unknown key of an environment',
    ['    canary: { settle: 30s }', '    canarry: {}'],
    'deploy.yaml:22: environments.prod.canarry is not known; did you mean "canary"?',
  ],
  [
    'an unknown key of a host list',
    ['group: prod', 'groupe: prod'],
    'deploy.yaml:20: environments.prod.hosts.groupe is not known; did you mean "group"?',
  ],
  [
    'a key of the file',
    ['environments:', 'enviroments:'],
    'deploy.yaml:13: enviroments is not known; did you mean "environments"?',
  ],
  ['a missing key', ['    target: /opt/gbo/bin/botui\n', ''], 'deploy.yaml:8: services.botui.target is missing'],
  [
    'a relative target',
    ['target: /opt/gbo/bin/botui', 'target: botui'],
    'deploy.yaml:10: services.botui.target "botui" is not the absolute path of a file on the host',
  ],
  [
    'a word that is none',
    ['batches: [1, 25%, max]', 'on-failure: rollback'],
    'deploy.yaml:21: environments.prod.on-failure is "rollback", none of stop, rollback-batch, rollback-all',
  ],
  [
    'a wrong type',
    ['protected: true', 'protected: yes please'],
    'deploy.yaml:18: environments.prod.protected must be true or false, not a text',
  ],
  [
    'a share of more than all',
    ['25%', '125%'],
    'deploy.yaml:21: environments.prod.batches[2] "125%" is no size of a batch',
  ],
  [
    'a duration that is none',
    ['settle: 30s', 'settle: soon'],
    'deploy.yaml:22: environments.prod.canary.settle "soon" is no duration',
  ],
  [
    'a service that is needed and not there',
    ['[botserver]', '[botsever]'],
    'deploy.yaml:12: services.botui.needs[1] "botsever" is no service here; did you mean "botserver"?',
  ],
  [
    'services in a circle',
    ['    mode: 0755', '    needs: [botui]'],
    'services.botserver.needs: these need each other: botserver → botui → botserver',
  ],
  [
    'a protected environment that cannot tell its hosts',
    ['    marker: /opt/gbo/environment\n', ''],
    'environments.prod.protected needs marker or hostname beside it',
  ],
  [
    'a key itself',
    ['identity: ${env:DEPLOY_KEY}', 'identity: "-----BEGIN OPENSSH PRIVATE KEY-----"'],
    'deploy.yaml:23: environments.prod.identity is a key itself',
  ],
  [
    'a host without a way',
    ['hosts: [deploy@10.0.0.5]', 'hosts: [{ name: a }]'],
    'deploy.yaml:15: environments.stage.hosts[1] needs host or via, one of them',
  ],
  ['no YAML', ['    mode: 0755', '   mode: 0755'], 'deploy.yaml:6: no valid YAML'],
] as const)('found with its line: %s', async (_, [from, to], message) => {
  expect(good).toContain(from);
  const error = await readDeployFile(good.replace(from, to), 'deploy.yaml').catch((thrown) => thrown);
  expect(error).toMatchObject({ kind: 'usage' });
  expect(error.message).toContain(message);
});

test('every mistake is told at once', async () => {
  const text = good
    .replace('owner:', 'onwer:')
    .replace('protected: true', 'protected: 1')
    .replace('[1, 25%, max]', '[0]');
  const { message } = await readDeployFile(text, 'deploy.yaml').catch((thrown) => thrown);
  expect(message.split('\n').map((line: string) => line.split(': ')[0])).toEqual([
    'deploy.yaml:5',
    'deploy.yaml:18',
    'deploy.yaml:21',
  ]);
});

test('numbers where no number can be meant, and rules about names, are told with everything else', async () => {
  const wrong = { source: 5, target: 7, mode: 999, keep: 0, 'health-samples': 0, 'health-status': 9000, settle: -1 };
  const values = {
    services: { app: { ...wrong, needs: ['zz'], onwer: 'x' } },
    environments: { test: { hosts: [{ name: 'a' }], protected: true } },
  };
  const { message } = await readDeployFile(JSON.stringify(values), 'deploy.yaml').catch((thrown) => thrown);
  const told = message.split('\n').map((line: string) => line.replace(/^deploy\.yaml:1: /, '').split(' ')[0]);
  expect(told.sort()).toEqual(
    [
      ...[...Object.keys(wrong), 'onwer', 'needs[1]'].map((key) => `services.app.${key}`),
      'environments.test.hosts[1]',
      'environments.test.protected',
    ].sort(),
  );
});

test('a second document is told in words of the file', async () => {
  const { message } = await readDeployFile(`${good}---\nservices: {}\n`, 'deploy.yaml').catch((thrown) => thrown);
  expect(message).toMatch(/^deploy\.yaml:\d+: a second document begins here/);
});

test('a key whose text was pasted in is not repeated', async () => {
  const text = good.replace('${env:DEPLOY_KEY}', '"PRIVATE KEY s3cr3t"');
  const { message } = await readDeployFile(text, 'deploy.yaml').catch((thrown) => thrown);
  expect(message).not.toContain('s3cr3t');
});

test('each flag of a deploy is a word of the file, save those that choose or force', () => {
  const run = deployBinary.verbs.find((verb) => verbName(verb) === 'run')!;
  const flags = optionsOf(run).map((option) => option.long!.slice(2));
  const environment = ['lock-wait', 'lock-expiry', 'batches', 'on-failure', 'hosts'];
  const words = [...serviceKeys, ...wayKeys, ...environment];
  const asked = [
    'force',
    'host',
    'via',
    'only',
    'snapshot-of',
    'confirm',
    'manual',
    'json',
    'yes',
    'dry-run',
    'quiet',
    'verbose',
    'config',
  ];
  expect([...words, ...asked].sort()).toEqual([...flags].sort());
});

test('the published schema is that of the code (else: node scripts/schemas.mjs)', () => {
  const published = readFileSync(new URL('../../../schemas/deploy.schema.json', import.meta.url), 'utf8');
  expect(JSON.parse(published)).toEqual(JSON.parse(JSON.stringify(jsonSchema())));
});

test('the example of the documentation is right', async () => {
  const page = readFileSync(new URL('../../../docs/orchestrator.md', import.meta.url), 'utf8');
  const [, example] = /```yaml\n([\s\S]*?)```/.exec(page)!;
  const { values } = await readDeployFile(example!, 'deploy.yaml');
  expect(Object.keys(values.environments)).toEqual(['stage', 'prod']);
});
