import { problem } from '../../common/errors.ts';
import type { Facts } from '../preflight/facts.ts';
import type { Remote } from '../remote.ts';
import type { RestartSettings } from '../settings.ts';
import { processRestart } from './process.ts';
import type { Restart } from './restart.ts';
import { systemdRestart } from './systemd.ts';

/**
 * Which way the service is restarted: what was asked for, or for `auto` what the host already does or did. A plain process can be
 * looked at whoever started it; starting it needs more, see `startKnown`.
 */
export function restartKind(facts: Facts, settings: RestartSettings): Restart['kind'] {
  if (settings.kind !== 'auto') return settings.kind;
  if (settings.unit !== undefined || unitOf(facts) !== undefined) return 'systemd';
  return settings.command !== undefined || facts.processes.length > 0 || facts.startScript ? 'process' : 'none';
}

/** Whether it was said how a plain process is started: nobody guesses its arguments and its user. */
export const startKnown = ({ kind, command }: RestartSettings): boolean => kind !== 'auto' || command !== undefined;

/** The unit that runs the target, by its ExecStart or by the control group of the running process. */
export function unitOf(facts: Facts): string | undefined {
  const running = facts.processes.map(({ unit }) => unit).find((unit) => unit !== null);
  return running ?? facts.units.find(({ program }) => program === facts.target.path)?.name;
}

export function chooseRestart(remote: Remote, facts: Facts, settings: RestartSettings): Restart {
  const kind = restartKind(facts, settings);
  if (kind === 'none') return settings.kind === 'none' ? noRestart : nothingRuns;
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
  preparation: [],
  restart: async () => {},
  stop: async () => {},
  pulse: async () => ({ identity: '', dead: null, pids: [] }),
  lastLines: async () => '',
};

const nothingRuns: Restart = { ...noRestart, what: 'no unit and no process runs it' };
