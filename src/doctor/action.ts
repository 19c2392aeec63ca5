import { runAction } from '../common/action.ts';
import { ciDoctor } from './command.ts';
import type { StuckReport } from './stuck/stuck.ts';

await runAction(ciDoctor, {
  secrets: ['database-url'],
  outputs: ({ result }) => {
    const findings = (result as Partial<StuckReport> | undefined)?.findings;
    return findings ? { 'stuck-count': findings.filter(({ severity }) => severity !== 'note').length } : {};
  },
});
