import { runAction } from '../common/action.ts';
import { ciDoctor } from './command.ts';
import type { RunDiagnosis } from './diagnose/diagnose.ts';
import type { StuckReport } from './stuck/stuck.ts';

await runAction(ciDoctor, {
  secrets: ['database-url'],
  outputs: ({ result }) => {
    const { findings, jobs, cause } = (result ?? {}) as Partial<StuckReport & RunDiagnosis>;
    return {
      ...(findings && { 'stuck-count': findings.filter(({ severity }) => severity !== 'note').length }),
      ...(jobs && cause !== undefined && { cause: cause?.id ?? (jobs.length > 0 ? 'unknown' : '') }),
    };
  },
});
