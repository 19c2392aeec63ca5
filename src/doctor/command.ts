import type { Tool, Verb } from '../common/command.ts';
import { usage } from '../common/errors.ts';
import { apiVerb } from './verbs/api.ts';
import { diagnoseVerb } from './verbs/diagnose.ts';
import { grantVerb } from './verbs/grant.ts';
import { historyVerb } from './verbs/history.ts';
import { logsVerb } from './verbs/logs.ts';
import { resetVerb } from './verbs/reset.ts';
import { runsVerb } from './verbs/runs.ts';
import { showVerb } from './verbs/show.ts';
import { stuckVerb } from './verbs/stuck.ts';
import { undoVerb } from './verbs/undo.ts';

export const ciDoctor: Tool = {
  name: 'ci-doctor',
  summary: 'Says why a Forgejo Actions run is red or stuck, and recovers stuck runs.',
  verbs: [
    runsVerb,
    showVerb,
    logsVerb,
    diagnoseVerb,
    stuckVerb,
    resetVerb,
    undoVerb,
    historyVerb,
    grantVerb,
    apiVerb,
  ].map(withoutEmptyOptions),
};

/** A script whose variable is empty means one job and says `--job ''`: that must not come to mean all of them. */
function withoutEmptyOptions(verb: Verb): Verb {
  const handler: Verb['handler'] = async (args, options, io) => {
    const empty = Object.keys(options).find((name) =>
      [options[name]].flat().some((value) => typeof value === 'string' && value.trim() === ''),
    );
    if (empty !== undefined) {
      const flag = `--${empty.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
      throw usage(`${flag} is empty.`, `Give it a value, or leave ${flag} out. Is a variable of the script not set?`);
    }
    return verb.handler(args, options, io);
  };
  return { ...verb, handler };
}
