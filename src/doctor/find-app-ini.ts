import { access, readdir, readFile } from 'node:fs/promises';
import { basename, isAbsolute, join } from 'node:path';
import type { Io } from '../common/io.ts';
import type { Host } from '../deploy/host/host.ts';

/** Where packages and containers keep it. */
const usual = [
  '/etc/forgejo/app.ini',
  '/etc/gitea/app.ini',
  '/var/lib/forgejo/custom/conf/app.ini',
  '/var/lib/gitea/custom/conf/app.ini',
  '/data/gitea/conf/app.ini',
];

/** On a Forgejo host its app.ini is found: from the running server's arguments, else where packages and containers keep it. */
export async function findAppIni(env: Io['env']): Promise<string | undefined> {
  const work = env.FORGEJO_WORK_DIR ?? env.GITEA_WORK_DIR;
  const candidates = [
    ...(await runningServerConfigs()),
    ...(work ? [join(work, 'custom/conf/app.ini')] : []),
    ...usual,
  ];
  for (const candidate of candidates) {
    try {
      await access(candidate);
      return candidate;
    } catch {}
  }
  return undefined;
}

async function runningServerConfigs(): Promise<string[]> {
  const processes = await readdir('/proc').catch(() => []);
  const found: string[] = [];
  for (const id of processes.filter((name) => /^\d+$/.test(name))) {
    const argv = (await readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => '')).split('\0');
    const config = configOf(argv);
    if (config) found.push(isAbsolute(config) ? config : join(`/proc/${id}/cwd`, config));
  }
  return found;
}

/** What a running forgejo or gitea was started with. */
function configOf(argv: readonly string[]): string | undefined {
  if (!/^(forgejo|gitea)$/.test(basename(argv[0] ?? ''))) return undefined;
  const at = argv.findIndex((word) => word === '--config' || word === '-c');
  return at >= 0 ? argv[at + 1] : argv.find((word) => word.startsWith('--config='))?.slice('--config='.length);
}

const listProcesses = `
for process in /proc/[0-9]*; do
  case $(tr '\\0' '\\n' <"$process/cmdline" 2>/dev/null | head -n 1) in
    forgejo|gitea|*/forgejo|*/gitea) echo "$process"; tr '\\0' '\\n' <"$process/cmdline"; echo ;;
  esac
done`;

/** The same on another host. */
export async function findAppIniOn(host: Host): Promise<string | undefined> {
  const { stdout } = await host.run(['sh', '-c', listProcesses], { timeoutMs: 30_000 });
  const running = stdout.split('\n\n').flatMap((block) => {
    const [process = '', ...argv] = block.trim().split('\n');
    const config = configOf(argv);
    return config === undefined ? [] : [isAbsolute(config) ? config : `${process}/cwd/${config}`];
  });
  const { stdout: found } = await host.run(
    ['sh', '-c', 'for file; do if [ -r "$file" ]; then echo "$file"; break; fi; done', 'sh', ...running, ...usual],
    { timeoutMs: 30_000 },
  );
  return found.trim() || undefined;
}
