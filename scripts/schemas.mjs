// Writes the published JSON Schemas from the definitions in src: node scripts/schemas.mjs
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const outfile = `${root}node_modules/.cache/schemas/deploy.mjs`;
await build({
  entryPoints: [`${root}src/deploy/environment/schema.ts`],
  outfile,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  packages: 'external',
});
const { jsonSchema } = await import(outfile);
mkdirSync(`${root}schemas`, { recursive: true });
writeFileSync(`${root}schemas/deploy.schema.json`, `${JSON.stringify(jsonSchema(), null, 2)}\n`);
// As the formatter has it, or the next check would find it changed.
execFileSync(`${root}node_modules/.bin/biome`, ['format', '--write', `${root}schemas`], { cwd: root });
