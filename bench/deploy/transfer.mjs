// Runs transfer.ts, which is TypeScript: node bench/deploy/transfer.mjs [--rounds 3] [--file FILE] [--link loopback|wan] [--case NAME]
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../..', import.meta.url));
const outfile = `${root}/node_modules/.cache/bench/transfer.mjs`;
await build({
  entryPoints: [`${root}/bench/deploy/transfer.ts`],
  outfile,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  packages: 'external',
});
await import(outfile);
