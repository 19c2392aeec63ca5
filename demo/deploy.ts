import { copyFile, mkdir, open, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { Act } from './acts.ts';
import { startSshServer } from './ssh-server.ts';

/**
 * What the service does. Node itself is the binary: a real executable of a real size, which is there without a compiler.
 * What a release is stands at its very end, where an ELF file may hold anything.
 */
const service = `import { createServer } from 'node:http';
import { openSync, readSync, fstatSync } from 'node:fs';
const file = openSync(process.execPath), end = Buffer.alloc(100);
readSync(file, end, 0, 100, fstatSync(file).size - 100);
const [, version] = /release=(.*)\\n$/.exec(end.toString('latin1'));
console.log(\`service \${version} starts\`);
if (version.endsWith('-broken')) throw new Error('relation "sessions" does not exist');
createServer((_, answer) => answer.end(JSON.stringify({ status: 'ok', version, pid: process.pid })))
  .listen(Number(process.env.PORT), '127.0.0.1');
`;

async function makeRelease(path: string, version: string): Promise<void> {
  await copyFile(process.execPath, path);
  const file = await open(path, 'a');
  await file.write(`\nrelease=${version}\n`);
  await file.close();
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** deploy-binary over SSH: a first deploy, an upgrade, a broken release that is taken back, and the history of it all. */
export const deployAct: Act = async ({ command, say, directory, onStop }) => {
  const [runner, host] = [join(directory, 'runner'), join(directory, 'system')];
  for (const path of [join(runner, '.ssh'), host]) await mkdir(path, { recursive: true });
  const server = await startSshServer({ env: { HOME: host } });
  onStop(() => server.close());
  // As on a runner: ~/.ssh/config names the host, known_hosts knows it.
  const config = `Host system\n  HostName 127.0.0.1\n  Port ${server.port}\n  User ${server.user}\n  IdentityFile ~/.ssh/key\n`;
  await writeFile(join(runner, '.ssh/config'), config);
  await writeFile(join(runner, '.ssh/key'), server.key, { mode: 0o600 });
  await writeFile(join(runner, '.ssh/known_hosts'), server.knownHosts);

  const port = await freePort();
  const url = `http://127.0.0.1:${port}/api/health`;
  await writeFile(join(host, 'service.mjs'), service);
  await writeFile(join(host, '.env'), `PORT=${port}\n`);
  const [binary, target] = [join(runner, 'app'), join(host, 'app')];
  onStop(async () => {
    const answer = await fetch(url).catch(() => undefined);
    if (answer) process.kill(((await answer.json()) as { pid: number }).pid, 'SIGKILL');
  });
  const deploy = (verb: string, flags: readonly string[] = [], expected = 0) =>
    command(
      ['deploy-binary', verb, '--host', 'system', '--target', target, ...flags],
      { HOME: runner, SSH_AUTH_SOCK: '' },
      expected,
    );
  const start = ['--restart', 'process', '--command', './app service.mjs', '--env-file', join(host, '.env')];
  const proof = ['--log', join(host, 'app.log'), '--health-url', url, '--settle', '500ms'];
  const run = ['--source', binary, ...start, ...proof];

  say('An SSH server that runs a real /bin/sh as you, and a service without a unit. The first deploy starts it.');
  await makeRelease(binary, '1.0.0');
  await deploy('run', run);
  say(
    'An upgrade. The old process serves while the file travels: down is the service from its stop to the first answer.',
  );
  await makeRelease(binary, '1.1.0');
  await deploy('run', run);
  say('A release that cannot start. The one before is back by itself, and the exit code says so.');
  await makeRelease(binary, '1.2.0-broken');
  await deploy('run', run, 1);
  say(`The service: ${await (await fetch(url)).text()}`);
  await deploy('history');
  await deploy('rollback', [...start, ...proof]);
  say(`The service: ${await (await fetch(url)).text()}`);
  return `Service: ${url}\nTry:     HOME=${runner} npx deploy-binary status --host system --target ${target}`;
};
