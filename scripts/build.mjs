// Bundles the commands into dist/ and, with --actions, the actions into actions/<name>/dist (which are committed).
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { bundling, trimBanner } from './bundling.mjs';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
const { version, bin } = JSON.parse(readFileSync('package.json', 'utf8'));
const room = { 'ci-doctor': 'doctor', 'deploy-binary': 'deploy', 'submodule-push-check': 'submodules' };

const common = { ...bundling, define: { 'process.env.TOOLKIT_VERSION': JSON.stringify(version) } };

rmSync('dist', { recursive: true, force: true });
const entries = {
  ...Object.fromEntries(Object.keys(bin).map((name) => [name, `src/${room[name]}/bin.ts`])),
  forgejo: 'src/forgejo/index.ts',
};
// Each by itself: what several share would be cut into many more chunks, and each costs half a millisecond of a start.
for (const [name, path] of Object.entries(entries))
  await build({
    ...common,
    entryPoints: { [name]: path },
    outdir: 'dist',
    splitting: true,
    minify: true,
    chunkNames: 'chunks/[name]-[hash]',
  });
await build({
  ...common,
  entryPoints: { demo: 'demo/demo.ts' },
  outdir: 'dist/demo',
  packages: 'external',
});
for (const file of ['dist', 'dist/chunks'].flatMap((dir) => readdirSync(dir).map((name) => `${dir}/${name}`)))
  if (file.endsWith('.js')) writeFileSync(file, trimBanner(readFileSync(file, 'utf8')));
// What a program that imports the client reads of its types.
const types = spawnSync('node_modules/.bin/tsc', ['--project', 'tsconfig.types.json'], { stdio: 'inherit' });
if (types.status !== 0) throw types.error ?? new Error('The declarations could not be written.');
// Started as a worker, so it stays a file of its own.
copyFileSync('demo/forgejo/postgres-server.mjs', 'dist/demo/postgres-server.mjs');
for (const file of Object.values(bin)) {
  // Node 20 takes --env-file for its own even behind the script; -- ends its options.
  writeFileSync(file, `#!/usr/bin/env -S node --\n${readFileSync(file, 'utf8')}`);
  chmodSync(file, 0o755);
}

if (process.argv.includes('--actions')) {
  for (const name of readdirSync('actions')) {
    if (!existsSync(`actions/${name}/action.yml`)) continue;
    rmSync(`actions/${name}/dist`, { recursive: true, force: true });
    await build({
      ...common,
      entryPoints: { index: `src/${room[name]}/action.ts` },
      outdir: `actions/${name}/dist`,
      outExtension: { '.js': '.mjs' },
    });
  }
}
