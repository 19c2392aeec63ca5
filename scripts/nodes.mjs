// Node binaries of the versions that the toolkit must run on, kept outside the checkout and fetched when missing.
//   node scripts/nodes.mjs 24     prints the directory to put first in PATH
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** One release of each line a runner may have, so that a run today and one next year see the same. */
export const releases = { 20: '20.20.2', 22: '22.23.3', 24: '24.21.0' };

/** Where everything is kept that takes long to make or to fetch. */
export const cacheDirectory = () => join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'forgejo-ci-toolkit');

/**
 * The path of a Node binary of another major version or another machine, from the npm packages that carry nothing else.
 *
 * @param {20 | 22 | 24} major
 * @param {string} [machine] as `linux-arm64`
 */
export function nodeBinary(major, machine = `${process.platform}-${process.arch}`) {
  const release = releases[major];
  if (release === undefined) throw new Error(`Node ${major} is none of ${Object.keys(releases).join(', ')}.`);
  const name = `node-${machine}`;
  const kept = make(join(cacheDirectory(), `${name}-${release}`), (directory) => {
    // --force, because npm refuses a package for another machine.
    const options = ['--no-save', '--no-audit', '--no-fund', '--ignore-scripts', '--force', '--loglevel=error'];
    run('npm', ['install', '--prefix', directory, ...options, `${name}@${release}`], directory);
  });
  return join(kept, 'node_modules', name, 'bin/node');
}

/**
 * A kept directory, filled when it is missing. It appears under its name only when whole, so that what was interrupted,
 * or is made by two at once, is never taken for finished.
 *
 * @param {string} directory
 * @param {(directory: string) => void} fill
 */
export function make(directory, fill) {
  if (existsSync(directory)) return directory;
  mkdirSync(dirname(directory), { recursive: true });
  const partial = mkdtempSync(`${directory}.part-`);
  try {
    fill(partial);
    renameSync(partial, directory);
  } catch (error) {
    rmSync(partial, { recursive: true, force: true });
    if (!existsSync(directory)) throw error;
  }
  return directory;
}

/**
 * Runs a program and answers with its standard output.
 *
 * @param {string} program
 * @param {readonly string[]} args
 * @param {string} [cwd]
 */
export function run(program, args, cwd) {
  const { status, stdout, stderr, error } = spawnSync(program, args, { cwd, encoding: 'utf8', maxBuffer: 2 ** 26 });
  if (error) throw new Error(`${program} could not be started: ${error.message}`, { cause: error });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${status}:\n${stdout}${stderr}`);
  return stdout;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  console.log(dirname(nodeBinary(/** @type {20 | 22 | 24} */ (Number(process.argv[2])))));
}
