import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import type { HostResult } from '../../src/deploy/deploy.ts';
import { ownDirectory } from './own-directory.ts';

const execute = promisify(execFile);
let bundled: Promise<string> | undefined;

/** The command as one file that node runs, as it is in an action. @returns its path */
export function deployCommand(): Promise<string> {
  bundled ??= bundle();
  return bundled;
}

async function bundle(): Promise<string> {
  const outfile = join(await ownDirectory('deploy-binary-'), 'deploy-binary.mjs');
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

type Shown = HostResult & { readonly sudoers: readonly string[]; readonly findings: readonly { code: string }[] };

/** Runs the command as a workflow would, in a process of its own. */
export async function deployBinary(argv: readonly string[], env: NodeJS.ProcessEnv = process.env) {
  // Node 20 takes --env-file for its own even behind the script; -- ends its options.
  const { stdout, stderr, code } = await execute(process.execPath, ['--', await deployCommand(), ...argv], {
    env: { ...env, CI: 'true' },
    maxBuffer: 1 << 26,
  }).then(
    (done) => ({ ...done, code: 0 }),
    (error: { stdout: string; stderr: string; code: number }) => error,
  );
  return { code, stdout, stderr, json: () => JSON.parse(stdout) as { hosts: Shown[] } };
}
