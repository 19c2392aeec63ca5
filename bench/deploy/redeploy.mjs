// Runs redeploy.ts, which is TypeScript: node bench/deploy/redeploy.mjs [--rounds 3] [--old FILE --new FILE] [--rate MBIT] [--case NAME]
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../..', import.meta.url));
const outfile = `${root}/node_modules/.cache/bench/redeploy.mjs`;
await build({
  entryPoints: [`${root}/bench/deploy/redeploy.ts`],
  outfile,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  packages: 'external',
});
await import(outfile);
