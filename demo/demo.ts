// The whole toolkit in a minute, on an instance of its own: nothing on this machine is touched.
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nearest } from '../src/common/nearest.ts';
import { colored, plain } from '../src/common/output/style.ts';
import { quoteAll } from '../src/common/quote.ts';
import { isCi } from '../src/common/terminal.ts';
import { type Act, acts } from './acts.ts';

const style = process.stdout.isTTY && !isCi(process.env) && !process.env.NO_COLOR ? colored : plain;
const wanted = process.argv.slice(2).filter((word) => !word.startsWith('-'));
const flags = process.argv.slice(2).filter((word) => word.startsWith('-'));
const unknownWord =
  wanted.find((name) => !(name in acts)) ?? flags.find((flag) => !['--keep', '--help'].includes(flag));

if (unknownWord || flags.includes('--help')) {
  const close = unknownWord && nearest(unknownWord, [...Object.keys(acts), '--keep']);
  if (unknownWord)
    console.error(`The demo does not know "${unknownWord}"${close ? `; did you mean "${close}"?` : '.'}`);
  console.error(
    `Usage: npm run demo -- [${Object.keys(acts).join('|')}] [--keep]\n  --keep  leave it up until Ctrl-C, and print how to reach it`,
  );
  process.exit(unknownWord ? 64 : 0);
}

const directory = await mkdtemp(join(tmpdir(), 'forgejo-ci-toolkit-demo-'));
const bin = fileURLToPath(new URL('..', import.meta.url));
let failed = false;

/** Shows a command line, runs the real command, and shows what it prints; answers with its standard output. */
async function command(line: readonly string[], env: Record<string, string>, expected = 0): Promise<string> {
  console.log(`\n${style.good('$')} ${style.strong(quoteAll(line))}`);
  const [name, ...args] = line as [string, ...string[]];
  // Node 20 takes --env-file for its own even behind the script; -- ends its options.
  const child = spawn(process.execPath, ['--', join(bin, `${name}.js`), ...args], {
    // CI makes the commands print for eyes although they write to a pipe here.
    env: {
      ...process.env,
      CI: 'true',
      ...(style === colored && { FORCE_COLOR: '1' }),
      ...env,
      FORGEJO_CI_TOOLKIT_STATE: directory,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      if (stream === child.stdout) out += text;
      process.stdout.write(text);
    });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  if (code === expected) return out;
  failed = true;
  console.error(style.bad(`exit code ${code}, ${expected} was expected`));
  return out;
}

const say = (text: string) => console.log(`\n${style.faint(`# ${text}`)}`);
const began = performance.now();
const stops: (() => Promise<void>)[] = [];
try {
  for (const name of wanted.length > 0 ? wanted : ['doctor']) {
    const act = acts[name] as Act;
    const kept = await act({ command, say, directory, onStop: (stop) => stops.unshift(stop) });
    if (flags.includes('--keep')) console.log(`\n${kept}`);
  }
  console.log(
    `\n${failed ? style.bad('The demo did not go as it should.') : style.good(`Done in ${Math.round((performance.now() - began) / 1_000)} s.`)}`,
  );
  if (flags.includes('--keep')) {
    console.log('Left up. Ctrl-C ends it.');
    await new Promise((resolve) => {
      // A worker thread alone does not keep the process alive.
      const alive = setInterval(() => {}, 60_000);
      for (const signal of ['SIGINT', 'SIGTERM'] as const)
        process.once(signal, () => {
          clearInterval(alive);
          resolve(undefined);
        });
    });
  }
} finally {
  for (const stop of stops) await stop();
  await rm(directory, { recursive: true, force: true });
}
process.exitCode = failed ? 1 : 0;
