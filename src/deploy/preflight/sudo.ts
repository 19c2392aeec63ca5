import type { Finding } from '../../common/finding.ts';
import { quote, quoteAll } from '../../common/quote.ts';
import type { Situation } from '../deployment.ts';
import { lockCommands } from '../lock.ts';
import { sudoersLines } from '../privilege.ts';
import { writeCommands } from '../remote.ts';
import { putStartScript } from '../restart/process.ts';
import { slotNames } from '../state.ts';
import { attributeCommands } from '../steps.ts';

/** Every command of a deploy, a rollback, and their records that is run with sudo on this host. */
export function privilegedCommands(situation: Situation): (readonly string[])[] {
  const { remote, settings, facts, restart } = situation;
  const { layout, privilege } = remote;
  const { staged, stateNew, state, target, directory } = layout;
  const files: (readonly string[])[] = [
    ['mkdir', '-p', '--', layout.releases],
    ...lockCommands(layout.lock),
    ['tee', '--', staged],
    ...attributeCommands(situation),
    // The first deploy finds no file to take the attributes from, every other one does: one set of lines is for both.
    ...attributeCommands({ ...situation, facts: { ...facts, target: { ...facts.target, kind: 'file' } } }),
    ['sha256sum', '--', staged],
    ['sha256sum', '--', target],
    ['mv', '-f', '--', staged, target],
    ['rm', '-f', '--', staged],
    ['rm', '-f', '--', target],
    ...writeCommands(stateNew),
    ['mv', '-f', '--', stateNew, state],
    ['tee', '-a', '--', layout.history],
    ['cat', '--', layout.history],
    ...slotNames(Math.max(settings.keep, ...facts.slots.map(({ name }) => Number(name) || 0))).flatMap((name) => [
      ['ln', '-f', '--', target, layout.slot(name)],
      ['ln', '-f', '--', staged, layout.slot(name)],
      ['ln', '-f', '--', layout.slot(name), staged],
      ['rm', '-f', '--', layout.slot(name)],
    ]),
    ...(settings.strategy === 'in-place'
      ? [
          ['tee', '--', `${directory}/attributes`],
          ...['mode', 'mode,ownership', 'mode,ownership,xattr'].map((what) => [
            'cp',
            '--attributes-only',
            `--preserve=${what}`,
            '--',
            target,
            `${directory}/attributes`,
          ]),
        ]
      : []),
    ...(restart.kind === 'process' ? [...writeCommands(layout.startNew), ...putStartScript(layout)] : []),
    ...(settings.proof.expectString === undefined
      ? []
      : [['grep', '-q', '-a', '-F', '-e', settings.proof.expectString, '--', target]]),
  ];
  const service =
    restart.kind === 'process' && settings.restart.log !== undefined
      ? [privilege.service(['tail', '-n', '30', '--', settings.restart.log])]
      : [];
  const find = facts.lookAs === null ? [] : findCommands(target, facts.lookAs);
  return [...files.map((argv) => privilege.files(argv)), ...restart.commands, ...service, ...find].filter(
    (argv) => argv[0] === 'sudo',
  );
}

/** What `processFunctions` runs with sudo, and how a process is stopped. */
function findCommands(target: string, user: string): (readonly string[])[] {
  const pattern = target.replace(/[\\*?[\]]/g, '\\$&');
  const sudo = user === 'root' ? ['sudo', '-n', '-u', 'root'] : ['sudo', '-n', '-u', user];
  const find = [...sudo, 'find', '/proc', '-maxdepth', '2', '-name', 'exe', '-lname'];
  return [
    [...find, pattern],
    [...find, `${pattern} (deleted)`],
  ];
}

/** The lines of a sudoers file that suffice for this deploy, and no more. */
export const sudoersFor = (situation: Situation): string[] =>
  sudoersLines(situation.facts.user.name, privilegedCommands(situation), situation.facts);

/** Asks sudo itself whether each command may be run, before the first one is. */
export async function checkSudo(situation: Situation): Promise<Finding[]> {
  const { remote, facts } = situation;
  const commands = privilegedCommands(situation);
  if (commands.length === 0 || facts.user.uid === 0 || /NOPASSWD: ALL\s*$/m.test(facts.sudo.text)) return [];
  const questions = commands.map(([, , ...rest], index) => {
    const ask = quoteAll(['sudo', '-n', '-l', ...rest.map((word) => (word === '<PID>' ? '1' : word))]);
    // Of a program that is not there sudo says nothing: the start script comes with the first deploy.
    const program = rest[0] === '-u' ? rest[2]! : rest[0]!;
    return `${program.startsWith('/') ? `[ ! -e ${quote(program)} ] || ` : ''}${ask} >/dev/null 2>&1 || echo ${index}`;
  });
  const { stdout } = await remote.connection.steadily(() =>
    remote.ask(['sh', '-c', questions.join('\n')], { timeoutMs: 120_000 }),
  );
  const refused = stdout
    .split('\n')
    .filter(Boolean)
    .map((index) => commands[Number(index)]!);
  if (refused.length === 0) return [];
  const shown = refused.slice(0, 5).map(quoteAll);
  return [
    {
      code: 'deploy/sudo-command',
      severity: 'error',
      subject: remote.name,
      message: `sudo does not let ${facts.user.name} run ${refused.length} of the ${commands.length} commands this deploy needs: ${shown.join('; ')}${refused.length > shown.length ? '; …' : ''}`,
      evidence: refused.map(quoteAll),
      fix: `Put these lines into /etc/sudoers.d/deploy-binary (visudo -f):\n${sudoersLines(facts.user.name, refused, facts).join('\n')}`,
    },
  ];
}
