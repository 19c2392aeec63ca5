// Runs deploy/speed.ts, which is TypeScript: node bench/deploy.mjs [--rounds 3] [--part NAME]… [--old FILE --new FILE]
import { readFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const outfile = `${root}node_modules/.cache/bench/deploy.mjs`;
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
  entryPoints: [`${root}bench/deploy/speed.ts`],
  outfile,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  plugins: [ownPlaces],
  define: { 'process.env.BENCH_FILE': JSON.stringify(outfile) },
  // As the command is bundled: looking for packages would be measured otherwise.
  external: ['@mongodb-js/zstd', 'cpu-features', '*.node', 'esbuild'],
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url); const __dirname = '/';",
  },
});
await import(outfile);
