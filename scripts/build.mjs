// Bundles the commands into dist/ and, with --actions, the actions into actions/<name>/dist (which are committed).
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
const { version, bin } = JSON.parse(readFileSync('package.json', 'utf8'));
const room = { 'ci-doctor': 'doctor', 'deploy-binary': 'deploy', 'submodule-push-check': 'submodules' };

const common = {
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  charset: 'utf8',
  legalComments: 'none',
  logLevel: 'warning',
  define: { 'process.env.TOOLKIT_VERSION': JSON.stringify(version) },
  // Optional native parts of dependencies: each has a path that works without it.
  external: ['@mongodb-js/zstd', 'pg-native', 'cpu-features', '*.node'],
  banner: {
    js: [
      "import { createRequire as __createRequire } from 'node:module';",
      'const require = __createRequire(import.meta.url);',
      // ssh2 names a helper beside its own files; only Windows runs it.
      "const __dirname = __createRequire('/')('node:path').dirname(new URL(import.meta.url).pathname);",
    ].join(' '),
  },
};

rmSync('dist', { recursive: true, force: true });
await build({
  ...common,
  entryPoints: Object.fromEntries(Object.keys(bin).map((name) => [name, `src/${room[name]}/bin.ts`])),
  outdir: 'dist',
  splitting: true,
  minify: true,
  keepNames: true,
  chunkNames: 'chunks/[name]-[hash]',
});
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
