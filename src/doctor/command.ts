import type { Tool } from '../common/command.ts';
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
  verbs: [runsVerb, showVerb, logsVerb, diagnoseVerb, stuckVerb, resetVerb, undoVerb, historyVerb, grantVerb, apiVerb],
};
