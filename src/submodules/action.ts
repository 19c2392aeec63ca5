import * as core from '@actions/core';
import { runAction } from '../common/action.ts';
import type { Outcome } from '../common/command.ts';
import { hideSecret } from '../common/redact.ts';
import { type CheckResult, isUnknown } from './check.ts';
import { tool } from './command.ts';

// A token given as input belongs to the server that runs the job, as the runner's own does. It goes into the environment:
// no argument list and no file ever holds it.
const token = core.getInput('token');
if (token !== '') {
  core.setSecret(token);
  hideSecret(token);
  process.env[process.env.FORGEJO_ACTIONS === 'true' ? 'FORGEJO_TOKEN' : 'GITHUB_TOKEN'] ||= token;
}

await runAction(tool, {
  secrets: ['token'],
  outputs(outcome) {
    const result = (outcome as Outcome<Partial<CheckResult> | undefined>).result;
    if (!result?.submodules || !result.counts) return {};
    annotate(result.submodules);
    const wrong = result.submodules.filter((one) => one.severity === 'error');
    return {
      problems: result.counts.problems,
      unknown: result.counts.unknown,
      paths: wrong.map(({ path }) => path).join('\n'),
    };
  },
});

/** Marks the line of `.gitmodules` on GitHub. On Forgejo a workflow command is only noise: the log has it all in words. */
function annotate(submodules: CheckResult['submodules']): void {
  if (process.env.FORGEJO_ACTIONS === 'true') return;
  for (const one of submodules) {
    if (one.severity === 'ok' || one.severity === 'note') continue;
    const place =
      one.line === null
        ? { file: one.depth === 1 ? one.path : '.gitmodules' }
        : { file: '.gitmodules', startLine: one.line };
    const text = `${one.path}: ${one.message} Fix: ${one.fix}`;
    const properties = { title: `submodule-push-check: ${one.class}`, ...place };
    if (one.severity === 'warning' || isUnknown(one)) core.warning(text, properties);
    else core.error(text, properties);
  }
}
