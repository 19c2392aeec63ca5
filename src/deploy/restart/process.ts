import { setTimeout as sleep } from 'node:timers/promises';
import { quoteAll } from '../../common/quote.ts';
import type { Layout } from '../layout.ts';
import type { Part } from '../parts.ts';
import { parsePairs, parseProcesses, type RunningProcess } from '../preflight/facts.ts';
import { commandFailed } from '../privilege.ts';
import type { Remote } from '../remote.ts';
import { listScript, restartScript } from './process-restart-script.ts';
import { logLines, type Restart, stopping } from './restart.ts';
import { type StartSettings, startScript } from './start-script.ts';

export interface ProcessSettings extends StartSettings {
  readonly graceMs: number;
  /** As whom another user's processes are looked at and stopped; null where the connected user may. */
  readonly lookAs: string | null;
}

/** A plain process of the service's user, started detached. */
export function processRestart(remote: Remote, settings: ProcessSettings): Restart {
  const { layout, privilege } = remote;
  const start = privilege.service([layout.start]);
  const check = privilege.service([layout.start, 'check']);
  const guard = `${remote.workDirectory}/restarting`;
  const script = (command: readonly string[]) => [
    'sh',
    '-c',
    restartScript,
    'restart',
    layout.target,
    settings.lookAs ?? '',
    privilege.runAs,
    String(Math.ceil(settings.graceMs / 10)),
    guard,
    ...command,
  ];
  const run = async (what: string, command: readonly string[], onStop: () => void, before: readonly Part[] = []) => {
    let told = false;
    const part: Part = {
      what,
      argv: script(command),
      error: (result) => commandFailed(remote.name, what, command, { ...result, stdout: '' }),
    };
    await remote.together([...before, part], {
      timeoutMs: settings.graceMs + 120_000,
      onOutput(said) {
        if (told || !said.includes(stopping)) return;
        told = true;
        onStop();
      },
    });
  };
  const list = async (): Promise<{ running: RunningProcess[] }> =>
    await remote.connection.steadily(async () => {
      const argv = ['sh', '-c', listScript, 'list', layout.target, settings.lookAs ?? '', privilege.runAs];
      const pairs = parsePairs(await remote.must('Looking for the process', argv));
      const wanted = Number(pairs.find(([key]) => key === 'wanted')?.[1]);
      const all = parseProcesses(pairs.filter(([key]) => key === 'process').map(([, value]) => value));
      return { running: all.filter(({ uid, present }) => present && uid === wanted) };
    });

  return {
    kind: 'process',
    what: `process of ${privilege.runAs}: ${settings.command.join(' ')}`,
    commands: [check, start, ...stopCommands(settings.lookAs)],
    shown: {
      prepare: [`# write ${layout.start}:\n${startScript(settings).trimEnd()}`, quoteAll(check)],
      restart: [
        `# stop what executes ${layout.target} as ${privilege.runAs}: SIGTERM, after ${settings.graceMs / 1000} s SIGKILL`,
        ...stopCommands(settings.lookAs).map(quoteAll),
        quoteAll(start),
      ],
    },
    preparation: [
      // As a whole: a restart that a broken connection left behind may be about to run it.
      ...remote.write('Writing the start script', layout.startNew, layout.start, startScript(settings), '0755'),
      { what: 'Checking how the service is started', argv: check },
    ],
    async restart(onStop, before) {
      await run('Restarting the service', start, onStop, before);
    },
    async stop(before) {
      await run('Stopping the service', [], () => {}, before);
    },
    async pulse() {
      // A program that was started a moment ago may still be setsid.
      for (let attempt = 1; ; attempt++) {
        const { running } = await list();
        if (running.length === 0 && attempt < 4) {
          await sleep(100);
          continue;
        }
        return {
          identity: running.map(({ pid }) => pid).join(' '),
          dead: running.length === 0 ? `no process of ${privilege.runAs} executes ${layout.target}: it ended` : null,
          pids: running.map(({ pid }) => pid),
        };
      }
    },
    async lastLines() {
      if (settings.log === undefined) return '';
      const tail = ['tail', '-n', String(logLines), '--', settings.log];
      const plain = await remote.ask(tail);
      const { code, stdout } = plain.code === 0 ? plain : await remote.ask(privilege.service(tail));
      return code === 0 ? stdout.trim() : '';
    },
  };
}

/** How it gets its name, for the sudoers lines. */
export const putStartScript = ({ start, startNew }: Layout): readonly (readonly string[])[] => [
  ['chmod', '0755', '--', startNew],
  ['mv', '-f', '--', startNew, start],
];

/** How the script stops a process of another user, for the sudoers lines. */
const stopCommands = (lookAs: string | null): (readonly string[])[] =>
  lookAs === null ? [] : ['-TERM', '-KILL'].map((signal) => ['sudo', '-n', '-u', lookAs, 'kill', signal, '<PID>']);
