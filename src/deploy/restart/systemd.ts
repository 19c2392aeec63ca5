import type { Part } from '../parts.ts';
import { parseUnits } from '../preflight/facts.ts';
import type { Remote } from '../remote.ts';
import { logLines, type Restart, stopping } from './restart.ts';

/** systemd gives up after StartLimitBurst (5) starts; a service that came back this often by then is in a crash loop. */
const crashLoop = 3;

/** A unit of systemd, the host's or a user's own. */
export function systemdRestart(remote: Remote, unit: string): Restart {
  const { privilege } = remote;
  const restart = privilege.systemctl(['restart', unit]);
  const reset = privilege.systemctl(['reset-failed', unit]);
  const stop = privilege.systemctl(['stop', unit]);
  const journal = privilege.journal(unit, logLines);
  const show = withoutSudo(
    privilege.systemctl([
      'show',
      '--no-pager',
      '-p',
      'Id,LoadState,ActiveState,SubState,MainPID,NRestarts,User,ExecStart',
      unit,
    ]),
  );
  const read = async () =>
    await remote.connection.steadily(
      async () => parseUnits(await remote.must(`Asking for the state of ${unit}`, show))[0],
    );
  /** From the first look behind a restart, or the first one at all: what came before, in months maybe, says nothing. */
  let restartsBefore: number | undefined;

  return {
    kind: 'systemd',
    what: `unit ${unit}`,
    commands: [reset, restart, stop, journal],
    preparation: [],
    async restart(onStop, before = []) {
      let told = false;
      const parts: readonly Part[] = [
        ...before,
        // A release that kept crashing has used up the start limit; without this systemd would refuse to start any other.
        { what: `Resetting ${unit}`, argv: reset, optional: true },
        { what: 'Saying that it begins', argv: ['printf', stopping.replace('\0', '\\0')] },
        { what: `Restarting ${unit}`, argv: restart },
      ];
      const onOutput = (said: string) => {
        if (told || !said.includes(stopping)) return;
        told = true;
        onStop();
      };
      await remote.together(parts, { timeoutMs: 180_000, onOutput }).finally(() => {
        restartsBefore = undefined;
      });
    },
    async stop(before = []) {
      await remote.together([...before, { what: `Stopping ${unit}`, argv: stop }], { timeoutMs: 180_000 });
    },
    async pulse() {
      const state = await read();
      const running = state !== undefined && (state.active === 'active' || state.active === 'reloading');
      restartsBefore ??= state?.restarts ?? 0;
      const restarts = (state?.restarts ?? 0) - restartsBefore;
      const dead = !state
        ? `${unit} is not known to systemd`
        : state.active === 'failed' || state.active === 'inactive'
          ? `${unit} is ${state.active} (${state.sub})`
          : restarts >= crashLoop
            ? `${unit} is in a crash loop: systemd has started it again ${restarts} times`
            : null;
      return {
        identity: `${running ? state.mainPid : 'down'} ${state?.restarts ?? 0}`,
        dead,
        restless: (state?.restarts ?? 0) > 0,
        pids: running && state.mainPid > 0 ? [state.mainPid] : [],
      };
    },
    async lastLines() {
      const plain = await remote.ask(withoutSudo(journal));
      // Without the right to read it journalctl succeeds and says only that.
      if (plain.code === 0 && plain.stdout.trim() !== '' && !/-- No entries --/.test(plain.stdout))
        return plain.stdout.trim();
      const result = await remote.ask(journal);
      return (result.code === 0 ? result.stdout : result.stderr).trim();
    },
  };
}

/** Reading is open to everybody, except from another user's manager. */
const withoutSudo = (argv: readonly string[]): readonly string[] =>
  argv[0] === 'sudo' && !argv.includes('-M') && argv[2] !== '-u' ? argv.slice(2) : argv;
