// Starts each built command and each action's bundle, copied alone into an empty directory, on the Node this runs on.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const { bin, version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
let failed = 0;

for (const [name, file] of Object.entries(bin)) {
  const started = start([join(root, file), '--version'], root);
  check(name, started, started.status === 0 && started.output.trim() === version);
}
for (const name of readdirSync(join(root, 'actions'))) {
  if (!existsSync(join(root, 'actions', name, 'action.yml'))) continue;
  const empty = mkdtempSync(join(tmpdir(), 'forgejo-ci-toolkit-smoke-'));
  cpSync(join(root, 'actions', name, 'dist'), empty, { recursive: true });
  // A verb that does not exist: the whole bundle is loaded, and says which verbs there are.
  const started = start([join(empty, 'index.mjs')], empty, { INPUT_COMMAND: 'no-such-verb' });
  rmSync(empty, { recursive: true, force: true });
  check(`action ${name}`, started, started.status === 64 && started.output.includes(`${name} does not know`));
}
process.exitCode = failed > 0 ? 1 : 0;

function start(args, cwd, inputs = {}) {
  const env = { PATH: process.env.PATH, HOME: cwd, ...inputs };
  const { status, stdout, stderr, error } = spawnSync(process.execPath, args, { cwd, env, encoding: 'utf8' });
  return { status, output: error ? String(error) : `${stdout}${stderr}` };
}

function check(name, { status, output }, good) {
  if (good) return console.log(`Node ${process.version}: ${name} starts`);
  failed++;
  console.log(`Node ${process.version}: ${name} does not start (exit code ${status}):\n${output}`);
}
