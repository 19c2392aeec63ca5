// Runs the benches, or those that are named: npm run bench -- doctor logs
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const directory = fileURLToPath(new URL('.', import.meta.url));
const all = readdirSync(directory)
  .filter((name) => name.endsWith('.mjs') && name !== 'run.mjs' && name !== 'instance.mjs')
  .map((name) => name.slice(0, -'.mjs'.length));
const wanted = process.argv.slice(2);
const wrong = wanted.find((name) => !existsSync(`${directory}${name}.mjs`));
if (wrong) {
  console.error(`There is no bench "${wrong}". There are: ${all.join(', ')}.`);
  process.exit(64);
}
for (const name of wanted.length > 0 ? wanted : all) {
  console.log(`== ${name}`);
  const { status } = spawnSync(process.execPath, [`${directory}${name}.mjs`], { stdio: 'inherit' });
  if (status !== 0) process.exitCode = 1;
}
