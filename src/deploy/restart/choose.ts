import { problem } from '../../common/errors.ts';
import type { Facts } from '../preflight/facts.ts';
import type { Remote } from '../remote.ts';
import type { RestartSettings } from '../settings.ts';
import { processRestart } from './process.ts';
import type { Restart } from './restart.ts';
import { systemdRestart } from './systemd.ts';

/** Which way the service is restarted: what was asked for, or for `auto` what the host already does. */
export function restartKind(facts: Facts, settings: RestartSettings, host: string): Restart['kind'] {
  if (settings.kind !== 'auto') return settings.kind;
  if (settings.unit !== undefined || unitOf(facts) !== undefined) return 'systemd';
  if (settings.command !== undefined) return 'process';
  if (facts.processes.length > 0)
    throw problem(
      `${host}: ${facts.target.path} runs as a plain process (${facts.processes.map(({ pid }) => pid).join(', ')}), and how it is started is not known.`,
      "Say it: --command './name --its-arguments' (with --working-directory, --env-file, --log), or --restart none.",
    );
  return 'none';
}

/** The unit that runs the target, by its ExecStart or by the control group of the running process. */
export function unitOf(facts: Facts): string | undefined {
  const running = facts.processes.map(({ unit }) => unit).find((unit) => unit !== null);
  return running ?? facts.units.find(({ program }) => program === facts.target.path)?.name;
}

export function chooseRestart(remote: Remote, facts: Facts, settings: RestartSettings): Restart {
  const kind = restartKind(facts, settings, remote.name);
  if (kind === 'none') return noRestart;
  if (kind === 'systemd') {
    const unit = settings.unit ?? unitOf(facts);
    if (unit === undefined)
      throw problem(
        `${remote.name}: no unit runs ${facts.target.path}.`,
        'Name it with --unit, or choose --restart process.',
      );
    return systemdRestart(remote, /\.\w+$/.test(unit) ? unit : `${unit}.service`);
  }
  const { directory } = facts;
  return processRestart(remote, {
    command: settings.command ?? [facts.target.path],
    workingDirectory: settings.workingDirectory ?? directory.path,
    envFile: settings.envFile,
    log: settings.log,
    detach: facts.programs.setsid ?? facts.programs.nohup ?? 'nohup',
    graceMs: settings.graceMs,
    lookAs: facts.lookAs,
  });
}

/** Whoever uses the file starts it by itself. */
const noRestart: Restart = {
  kind: 'none',
  what: 'nothing is restarted',
  commands: [],
  prepare: async () => {},
  restart: async () => {},
  stop: async () => {},
  pulse: async () => ({ identity: '', dead: null, pids: [] }),
  lastLines: async () => '',
};
