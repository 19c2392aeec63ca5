// Runs deploy/speed.ts, which is TypeScript: node bench/deploy.mjs [--rounds 3] [--part NAME]… [--old FILE --new FILE]
import { readFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const outdir = `${root}node_modules/.cache/bench`;
/** Files that are named by their place beside a source stay where they are. */
const ownPlaces = {
  name: 'own-places',
  setup(build) {
    build.onLoad({ filter: /\.ts$|nodes\.mjs$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8').replace(
        /(, |fileURLToPath\()import\.meta\.url\)/g,
        `$1${JSON.stringify(pathToFileURL(path))})`,
      ),
      loader: 'ts',
    }));
  },
};
await build({
  entryPoints: { speed: `${root}bench/deploy/speed.ts`, send: `${root}bench/deploy/send.ts` },
  outdir,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  plugins: [ownPlaces],
  define: { 'process.env.BENCH_SEND': JSON.stringify(`${outdir}/send.mjs`) },
  // As the command is bundled: looking for packages would be measured otherwise.
  external: ['@mongodb-js/zstd', 'cpu-features', '*.node', 'esbuild'],
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url); const __dirname = '/';",
  },
});
await import(`${outdir}/speed.mjs`);
