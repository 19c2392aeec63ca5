import { messageOf } from './errors.ts';

/** One thing a plan does. `commands` are the exact statements or command lines, so that a dry run can show them. */
export interface Step<Context> {
  readonly title: string;
  readonly commands: readonly string[];
  /** Does it. What it returns is shown beside the title when it is done. */
  apply(context: Context): Promise<string | undefined>;
  /** Takes it back. Steps without one need none, or are covered by something larger (a transaction). */
  undo?(context: Context): Promise<void>;
}

export interface Plan<Context> {
  readonly title: string;
  readonly steps: readonly Step<Context>[];
}

export type StepOutcome = 'planned' | 'done' | 'failed' | 'not-run' | 'undone' | 'undo-failed';

export interface StepReport {
  readonly title: string;
  readonly commands: readonly string[];
  outcome: StepOutcome;
  /** Milliseconds spent in `apply`. */
  ms: number;
  detail?: string;
  error?: string;
}

export interface PlanReport {
  readonly title: string;
  /** True when every step was done. */
  readonly applied: boolean;
  readonly steps: readonly StepReport[];
  /** What stopped the plan, as it was thrown. */
  readonly error?: unknown;
  /** Why the finished plan could not be recorded, as `audit` threw it. */
  readonly auditError?: unknown;
}

export interface RunPlanOptions {
  /** Reports every step as `planned` and calls nothing. */
  readonly dryRun?: boolean;
  /** Called when a step begins (`outcome` still `planned`) and when it ended. */
  readonly onStep?: (report: Readonly<StepReport>, phase: 'begin' | 'end') => void;
  /** Called once with the finished report of a plan that was not a dry run, also when it failed. */
  readonly audit?: (report: PlanReport) => Promise<void>;
}

/**
 * Runs a plan: step by step, stopping at the first failure, then undoing what was done in reverse order.
 * Never throws: the report says what happened, and holds the error. A progress line that cannot be shown stops nothing,
 * because nobody would then undo the half that is done.
 */
export async function runPlan<Context>(
  plan: Plan<Context>,
  context: Context,
  { dryRun = false, onStep, audit }: RunPlanOptions = {},
): Promise<PlanReport> {
  const reports = plan.steps.map<StepReport>(({ title, commands }) => ({ title, commands, outcome: 'planned', ms: 0 }));
  if (dryRun) return { title: plan.title, applied: false, steps: reports };
  const tell: NonNullable<RunPlanOptions['onStep']> = (report, phase) => {
    try {
      onStep?.(report, phase);
    } catch {}
  };

  let failure: { error: unknown } | undefined;
  for (const [index, step] of plan.steps.entries()) {
    const report = reports[index]!;
    if (failure) {
      report.outcome = 'not-run';
      continue;
    }
    tell(report, 'begin');
    const start = performance.now();
    try {
      const detail = await step.apply(context);
      if (detail !== undefined) report.detail = detail;
      report.outcome = 'done';
    } catch (error) {
      failure = { error };
      report.outcome = 'failed';
      report.error = messageOf(error);
    }
    report.ms = Math.round(performance.now() - start);
    tell(report, 'end');
  }
  if (failure) await undoDone(plan, context, reports, tell);

  const result: PlanReport = {
    title: plan.title,
    applied: failure === undefined,
    steps: reports,
    ...(failure && { error: failure.error }),
  };
  try {
    await audit?.(result);
    return result;
  } catch (auditError) {
    return { ...result, auditError };
  }
}

async function undoDone<Context>(
  plan: Plan<Context>,
  context: Context,
  reports: readonly StepReport[],
  tell: NonNullable<RunPlanOptions['onStep']>,
): Promise<void> {
  // The failed step itself comes first: it may have done half of its work.
  for (const [index, report] of [...reports.entries()].reverse()) {
    const undo = plan.steps[index]!.undo;
    if (!undo || (report.outcome !== 'done' && report.outcome !== 'failed')) continue;
    try {
      await undo.call(plan.steps[index], context);
      if (report.outcome === 'done') report.outcome = 'undone';
    } catch (error) {
      report.outcome = 'undo-failed';
      report.error = [report.error, messageOf(error)].filter(Boolean).join('; undo: ');
    }
    tell(report, 'end');
  }
}
