import { build } from 'esbuild';

/** Bundles an entry point the way `scripts/build.mjs` does, into a file of the test's own. */
export async function bundle(entry: string, outfile: string): Promise<void> {
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'error',
    define: { 'process.env.TOOLKIT_VERSION': '"test"' },
    external: ['@mongodb-js/zstd', 'libsql', 'pg-native', 'cpu-features', '*.node'],
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url); const __dirname = '/';",
    },
  });
}
