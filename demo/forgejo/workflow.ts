/** Workflows as data, and the one-job YAML that Forgejo stores with each job (`action_run_job.workflow_payload`). */

export interface StepSpec {
  readonly name?: string;
  readonly run?: string;
  readonly uses?: string;
  /** What the step prints, one entry a line. */
  readonly output?: readonly string[];
  /** How long it takes. */
  readonly seconds?: number;
}

export interface JobSpec {
  readonly id: string;
  /** Shown name; the id when left out. */
  readonly name?: string;
  readonly needs?: readonly string[];
  readonly runsOn: string | readonly string[];
  /** The job's own condition, for example `always()`. */
  readonly if?: string;
  /** Every combination becomes a job of its own, the last key changing fastest. */
  readonly matrix?: Readonly<Record<string, readonly (string | number)[]>>;
  readonly steps: readonly StepSpec[];
}

export interface Workflow {
  readonly file: string;
  readonly name: string;
  /** The triggers, as the `on:` mapping. */
  readonly on: Yaml;
  readonly jobs: readonly JobSpec[];
}

export type Yaml = null | string | number | readonly Yaml[] | { readonly [key: string]: Yaml };

/** A job of a run: one combination of its matrix. */
export interface PlannedJob {
  readonly spec: JobSpec;
  readonly name: string;
  readonly matrix: Readonly<Record<string, string | number>>;
  readonly payload: string;
}

/** Splits a workflow into the jobs of a run, in the order in which Forgejo makes their rows. */
export function planJobs(workflow: Workflow): PlannedJob[] {
  return workflow.jobs.flatMap((spec) =>
    combinations(spec.matrix).map((matrix) => {
      const values = Object.values(matrix);
      const name = (spec.name ?? spec.id) + (values.length > 0 ? ` (${values.join(', ')})` : '');
      return { spec, name, matrix, payload: payloadOf(workflow, spec, name, matrix) };
    }),
  );
}

function combinations(matrix: JobSpec['matrix'] = {}): Record<string, string | number>[] {
  return Object.entries(matrix).reduce<Record<string, string | number>[]>(
    (rows, [key, values]) => rows.flatMap((row) => values.map((value) => ({ ...row, [key]: value }))),
    [{}],
  );
}

function payloadOf(workflow: Workflow, spec: JobSpec, name: string, matrix: Record<string, string | number>): string {
  const values = Object.entries(matrix).sort(([a], [b]) => (a < b ? -1 : 1));
  return writeYaml({
    name: workflow.name,
    on: workflow.on,
    jobs: {
      [spec.id]: {
        name,
        'runs-on': spec.runsOn,
        ...(spec.if !== undefined && { if: spec.if }),
        steps: spec.steps.map(({ name, uses, run }) => ({
          ...(name !== undefined && { name }),
          ...(uses !== undefined && { uses }),
          ...(run !== undefined && { run }),
        })),
        ...(values.length > 0 && {
          strategy: { matrix: Object.fromEntries(values.map(([key, value]) => [key, [value]])) },
        }),
      },
    },
  });
}

/**
 * YAML in the form in which Forgejo's library writes it: mappings indented by four spaces, words that YAML 1.1 reads as
 * a truth value in quotes, texts of several lines as literal blocks.
 */
function writeYaml(value: { readonly [key: string]: Yaml }, indent = ''): string {
  return Object.entries(value)
    .map(([key, item]) => `${indent}${scalar(key)}:${asWritten(key, item) ?? entry(item, indent)}`)
    .join('');
}

/** Triggers and labels keep the form in which people write them: a list on one line. */
const asWritten = (key: string, value: Yaml) =>
  (key === 'on' || key === 'runs-on') && value !== null && typeof value === 'object' && isList(value)
    ? ` [${value.join(', ')}]\n`
    : undefined;

function entry(value: Yaml, indent: string): string {
  const inner = `${indent}    `;
  if (value === null) return '\n';
  if (typeof value === 'number') return ` ${value}\n`;
  if (typeof value === 'string') {
    if (!value.includes('\n')) return ` ${scalar(value)}\n`;
    const lines = value.replace(/\n$/, '').split('\n');
    return ` |${value.endsWith('\n') ? '' : '-'}\n${lines.map((line) => (line ? `${inner}${line}\n` : '\n')).join('')}`;
  }
  if (isList(value)) return `\n${value.map((item) => listItem(item, inner)).join('')}`;
  return `\n${writeYaml(value, inner)}`;
}

function listItem(value: Yaml, indent: string): string {
  if (value === null || typeof value !== 'object' || isList(value)) return `${indent}-${entry(value, indent)}`;
  const lines = Object.entries(value).map(([key, item]) => `${scalar(key)}:${entry(item, indent)}`);
  return `${indent}- ${lines.join(`${indent}  `)}`;
}

const isList = (value: object): value is readonly Yaml[] => Array.isArray(value);

function scalar(text: string): string {
  const truth = /^(?:y|n|yes|no|on|off|true|false|null|~)$/i.test(text);
  return text === '' || truth || /^[\d.+-]+$/.test(text)
    ? `"${text}"`
    : needsQuotes(text)
      ? `'${text.replaceAll("'", "''")}'`
      : text;
}

const needsQuotes = (text: string) => /^[\s\-?:,[\]{}#&*!|>'"%@`]|: |:$| #|\s$/.test(text);
