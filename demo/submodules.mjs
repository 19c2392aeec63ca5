// The act about submodules: a root with nested submodules and two remotes, a forgotten push that is stopped, and `push`
// putting it right. Needs git and Node only; everything happens in a temporary directory.
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

// Beside the bundled demo, in dist/demo, as well as in demo/.
const command =
  ['../submodule-push-check.js', '../dist/submodule-push-check.js']
    .map((path) => fileURLToPath(new URL(path, import.meta.url)))
    .find((path) => existsSync(path)) ?? '';

/**
 * @param {(commandLine: string, output: string) => void} [show] called for every command a viewer should see
 * @returns {Promise<void>} rejects when something does not go as told
 */
export async function submodulesAct(show = print) {
  const dir = mkdtempSync(join(tmpdir(), 'demo-submodules-'));
  const bin = join(dir, 'bin');
  mkdirSync(bin);
  writeFileSync(join(bin, 'submodule-push-check'), `#!/bin/sh\nexec '${process.execPath}' '${command}' "$@"\n`);
  chmodSync(join(bin, 'submodule-push-check'), 0o755);
  const env = {
    PATH: `${bin}${delimiter}${process.env.PATH}`,
    HOME: dir,
    CI: 'true',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_AUTHOR_NAME: 'Demo',
    GIT_AUTHOR_EMAIL: 'demo@example.org',
    GIT_COMMITTER_NAME: 'Demo',
    GIT_COMMITTER_EMAIL: 'demo@example.org',
  };
  const root = join(dir, 'work', 'root');

  /** @param {string} cwd @param {string[]} argv @param {number} [expected] exit code */
  const run = (cwd, argv, expected = 0) => {
    const { status, stdout, stderr } = spawnSync(argv[0] ?? '', argv.slice(1), { cwd, env, encoding: 'utf8' });
    const output = `${stdout}${stderr}`.replaceAll(`${dir}/`, '');
    if (status !== expected) throw new Error(`${argv.join(' ')} left with ${status}, not ${expected}:\n${output}`);
    return output.trimEnd();
  };
  /** @param {string} cwd @param {...string} args */
  const git = (cwd, ...args) => run(cwd, ['git', ...args]);
  /** @param {string} line @param {number} [expected] */
  const act = (line, expected) => show(line, run(root, ['sh', '-c', `exec 2>&1; ${line}`], expected));

  try {
    git(dir, 'config', '--global', 'protocol.file.allow', 'always');
    git(dir, 'config', '--global', 'init.defaultBranch', 'main');
    build(dir, git);
    act('submodule-push-check status');
    act('submodule-push-check install-hook');
    // Work in the innermost submodule, recorded all the way up. Pushing the inner ones is forgotten.
    writeFileSync(join(root, 'botserver', 'botlib', 'lib.rs'), '// the fix\n');
    git(join(root, 'botserver', 'botlib'), 'commit', '--quiet', '--all', '-m', 'Fix it');
    git(join(root, 'botserver'), 'commit', '--quiet', '--all', '-m', 'Update botlib');
    git(root, 'commit', '--quiet', '--all', '-m', 'Update botserver');
    act('git push alm main', 1);
    act('submodule-push-check push --dry-run');
    act('submodule-push-check push --yes');
    act('submodule-push-check check --verbose');
    act('git push alm main');
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** Two servers with bare repositories, and a clone of the root with its submodules, all pushed. */
function build(dir, git) {
  const servers = ['origin', 'alm'];
  const files = { botlib: 'lib.rs', botserver: 'main.rs', root: 'README.md' };
  const work = join(dir, 'work');
  for (const [name, file] of Object.entries(files)) {
    const clone = join(work, name);
    mkdirSync(clone, { recursive: true });
    git(clone, 'init', '--quiet');
    for (const server of servers) {
      const bare = join(dir, 'servers', server, `${name}.git`);
      git(dir, 'init', '--quiet', '--bare', bare);
      git(clone, 'remote', 'add', server, bare);
    }
    writeFileSync(join(clone, file), `${name}\n`);
    git(clone, 'add', '.');
    if (name === 'botserver') git(clone, 'submodule', '--quiet', 'add', '../botlib.git', 'botlib');
    if (name === 'root') git(clone, 'submodule', '--quiet', 'add', '../botserver.git', 'botserver');
    git(clone, 'commit', '--quiet', '-m', `Begin ${name}`);
    for (const server of servers) git(clone, 'push', '--quiet', server, 'main');
  }
  const root = join(work, 'root');
  git(root, 'submodule', '--quiet', 'update', '--init', '--recursive');
  for (const [path, name] of [
    ['botserver', 'botserver'],
    ['botserver/botlib', 'botlib'],
  ]) {
    git(join(root, path), 'checkout', '--quiet', '-B', 'main');
    git(join(root, path), 'remote', 'add', 'alm', join(dir, 'servers', 'alm', `${name}.git`));
  }
}

/** @param {string} line @param {string} output */
function print(line, output) {
  console.log(`$ ${line}\n${output}\n`);
}
