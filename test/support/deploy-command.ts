import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

let bundled: Promise<string> | undefined;

/** The command as one file that node runs, as it is in an action. @returns its path */
export function deployCommand(): Promise<string> {
  bundled ??= bundle();
  return bundled;
}

async function bundle(): Promise<string> {
  const outfile = join(await mkdtemp(join(tmpdir(), 'deploy-binary-')), 'deploy-binary.mjs');
  await build({
    entryPoints: [fileURLToPath(new URL('../../src/deploy/bin.ts', import.meta.url))],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'error',
    define: { 'process.env.TOOLKIT_VERSION': '"test"' },
    external: ['@mongodb-js/zstd', 'cpu-features', '*.node'],
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url); const __dirname = '/';",
    },
  });
  return outfile;
}
