import * as core from '@actions/core';
import { runAction } from '../common/action.ts';
import { ciDoctor } from './command.ts';
import type { RunDiagnosis } from './diagnose/diagnose.ts';
import type { StuckReport } from './stuck/stuck.ts';

// For `issue`. It goes into the environment: no argument list and no file ever holds it. The runner has set its own there.
const token = core.getInput('token');
if (token !== '') process.env.FORGEJO_TOKEN = token;

await runAction(ciDoctor, {
  // A path of a key is no secret, and hiding it would hide what an error is about.
  secrets: ['database-url', 'token', ...(/\n|-----BEGIN/.test(process.env.INPUT_IDENTITY ?? '') ? ['identity'] : [])],
  outputs: ({ result }) => {
    const { findings, jobs, cause } = (result ?? {}) as Partial<StuckReport & RunDiagnosis>;
    return {
      ...(findings && { 'stuck-count': findings.filter(({ severity }) => severity !== 'note').length }),
      ...(jobs && cause !== undefined && { cause: cause?.id ?? (jobs.length > 0 ? 'unknown' : '') }),
    };
  },
});
