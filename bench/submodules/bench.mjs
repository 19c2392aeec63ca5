// Is every recorded commit of 100 submodules on two remotes, over a network with a round trip of 40 ms?
// Side by side: the loop people write (`git ls-remote | grep`), and submodule-push-check with an empty and a filled cache.
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startGitServer } from '../../test/support/git-server.mjs';

const command = fileURLToPath(new URL('../../dist/submodule-push-check.js', import.meta.url));
const remotes = ['origin', 'alm'];

const env = {
  PATH: process.env.PATH,
  HOME: '/nonexistent',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_TERMINAL_PROMPT: '0',
  CI: 'true',
};

/** @param {string} dir @param {string[]} args @param {string} [input] */
function git(dir, args, input) {
  const result = spawnSync('git', args, { cwd: dir, env, input, encoding: 'utf8' });
  if (result.status !== 0) throw new Error(`git ${args.join(' ')}: ${result.stderr}`);
  return result.stdout.trim();
}

/** @param {string[]} argv @param {Record<string, string>} [more] */
async function timed(argv, more = {}) {
  const start = performance.now();
  const child = spawn(argv[0], argv.slice(1), { env: { ...env, ...more }, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (text) => (stdout += text));
  child.stderr.on('data', (text) => (stderr += text));
  const code = await new Promise((resolve) => child.on('close', resolve));
  return { seconds: (performance.now() - start) / 1000, stdout, stderr, code };
}

/**
 * `number` submodules on both servers, as several people leave them: one recorded commit of five is the tip of its branch,
 * the others lie two commits behind it; every second branch on alm lags a commit behind origin's. Three recorded commits
 * are missing on alm. The root's clone has no submodule checked out, as in a CI job.
 */
function build(dir, number, base) {
  const identity = 'Bench <bench@example.org>';
  const gitlinks = [];
  for (let index = 0; index < number; index++) {
    const name = `lib-${index}`;
    const stream = ['feature done', 'commit refs/heads/main'];
    for (let step = 0; step < 5; step++) {
      if (step > 0) stream.push('commit refs/heads/main');
      stream.push(
        `mark :${step + 1}`,
        `committer ${identity} ${1_700_000_000 + step} +0000`,
        `data <<E\n${name} ${step}\nE\n`,
      );
      stream.push(`M 644 inline file\ndata <<E\n${name} ${step}\nE\n`);
    }
    stream.push('done', '');
    const repository = join(dir, 'origin', `${name}.git`);
    mkdirSync(repository, { recursive: true });
    git(repository, ['init', '--quiet', '--bare', '-b', 'main']);
    git(repository, ['fast-import', '--quiet'], stream.join('\n'));
    git(repository, ['config', 'uploadpack.allowFilter', 'true']);
    const recorded = git(repository, ['rev-parse', index % 5 === 0 ? 'main' : 'main~2']);
    git(dir, ['clone', '--quiet', '--bare', repository, join(dir, 'alm', `${name}.git`)]);
    git(join(dir, 'alm', `${name}.git`), ['config', 'uploadpack.allowFilter', 'true']);
    if (index % 5 !== 0 && index % 2 === 1)
      git(join(dir, 'alm', `${name}.git`), ['update-ref', 'refs/heads/main', 'main~1']);
    const missing = index < 3;
    if (missing) {
      git(join(dir, 'alm', `${name}.git`), ['update-ref', 'refs/heads/main', git(repository, ['rev-parse', 'main~4'])]);
      git(join(dir, 'alm', `${name}.git`), ['gc', '--quiet', '--prune=now']);
    }
    gitlinks.push({ name, recorded, missing });
  }
  const root = join(dir, 'root');
  mkdirSync(root);
  git(root, ['init', '--quiet', '-b', 'main']);
  for (const remote of remotes) git(root, ['remote', 'add', remote, `${base}/${remote}/root.git`]);
  writeFileSync(
    join(root, '.gitmodules'),
    gitlinks.map(({ name }) => `[submodule "${name}"]\n\tpath = ${name}\n\turl = ../${name}.git\n`).join(''),
  );
  git(root, ['add', '.gitmodules']);
  git(
    root,
    ['update-index', '--index-info'],
    gitlinks.map(({ name, recorded }) => `160000 ${recorded}\t${name}\n`).join(''),
  );
  git(root, ['-c', 'user.name=Bench', '-c', 'user.email=bench@example.org', 'commit', '--quiet', '-m', 'root']);
  return { root, gitlinks };
}

/** How many of the answers are wrong. @param {(name: string, remote: string) => boolean} says */
const wrong = (gitlinks, says) =>
  gitlinks.flatMap(({ name, missing }) =>
    remotes.filter((remote) => says(name, remote) !== !(missing && remote === 'alm')),
  ).length;

const row = (...cells) =>
  console.log(cells.map((cell, index) => (index === 0 ? cell.padEnd(44) : String(cell).padStart(12))).join(''));

export async function bench() {
  const dir = mkdtempSync(join(tmpdir(), 'bench-submodules-'));
  const server = await startGitServer({ root: dir, latencyMs: 40, plain: true });
  try {
    const { root, gitlinks } = build(dir, 100, server.url);
    const list = gitlinks.flatMap(({ name, recorded }) => remotes.map((remote) => `${name} ${remote} ${recorded}`));
    writeFileSync(join(dir, 'list'), `${list.join('\n')}\n`);
    const loop = `while read -r name remote sha; do git ls-remote "${server.url}/$remote/$name.git" | grep -q "^$sha" && echo "$name $remote"; done < '${dir}/list'`;
    const byLoop = await timed(['sh', '-c', loop]);
    const found = new Set(byLoop.stdout.trim().split('\n'));
    const cache = { FORGEJO_CI_TOOLKIT_CACHE: join(dir, 'cache') };
    const argv = [process.execPath, command, 'check', '--json', '--directory', root];
    const first = await timed(argv, cache);
    const second = await timed(argv, cache);
    const answers = ({ stdout }) => {
      const { submodules } = JSON.parse(stdout);
      return (name, remote) =>
        submodules.find(({ path }) => path === name).remotes.find((one) => one.name === remote).class === 'pushed';
    };
    console.log('100 submodules × 2 remotes, 40 ms round trip');
    row('', 'seconds', 'wrong of 200');
    row(
      'loop of git ls-remote | grep',
      byLoop.seconds.toFixed(2),
      wrong(gitlinks, (name, remote) => found.has(`${name} ${remote}`)),
    );
    row('submodule-push-check, empty cache', first.seconds.toFixed(2), wrong(gitlinks, answers(first)));
    row('submodule-push-check, second run', second.seconds.toFixed(2), wrong(gitlinks, answers(second)));
    console.log(`first run / loop       1/${(byLoop.seconds / first.seconds).toFixed(1)}   (target 1/10)`);
    console.log(`second run / first run ${(second.seconds / first.seconds).toFixed(2)}   (target 0.50)`);
  } finally {
    await server.close();
    rmSync(dir, { recursive: true, force: true });
  }
  await memory();
}

async function memory() {
  const dir = mkdtempSync(join(tmpdir(), 'bench-submodules-'));
  const server = await startGitServer({ root: dir, plain: true });
  try {
    const { root } = build(dir, 1000, server.url);
    const measure =
      'data:text/javascript,process.on("exit",()=>process.stderr.write("maxRSS="+process.resourceUsage().maxRSS))';
    const argv = [process.execPath, '--import', measure, command, 'check', '--json', '--directory', root];
    const { stderr, seconds } = await timed(argv, { FORGEJO_CI_TOOLKIT_CACHE: join(dir, 'cache') });
    const mebibytes = Number(/maxRSS=(\d+)/.exec(stderr)?.[1]) / 1024;
    console.log(
      `1,000 submodules × 2 remotes: ${seconds.toFixed(1)} s, ${mebibytes.toFixed(0)} MB at most (target 200)`,
    );
  } finally {
    await server.close();
    rmSync(dir, { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await bench();
