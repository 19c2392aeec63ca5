import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

const actions = fileURLToPath(new URL('../../actions/', import.meta.url));

/** The actions of this repository, by directory name. */
export const actionNames: readonly string[] = readdirSync(actions).filter((name) =>
  existsSync(`${actions}${name}/action.yml`),
);

export interface ActionDefinition {
  readonly name: string;
  readonly inputs: Readonly<Record<string, { readonly description: string; readonly default?: string }>>;
  readonly outputs: Readonly<Record<string, { readonly description: string }>>;
  readonly runs: { readonly using: string; readonly main: string };
}

export const definitionText = (name: string): string => readFileSync(`${actions}${name}/action.yml`, 'utf8');
export const definition = (name: string): ActionDefinition => parse(definitionText(name));
export const readme = (name: string): string => readFileSync(`${actions}${name}/README.md`, 'utf8');

export interface WorkflowStep {
  readonly uses?: string;
  readonly with?: Readonly<Record<string, unknown>>;
  readonly [key: string]: unknown;
}
export interface WorkflowFile {
  readonly jobs: Readonly<Record<string, { readonly 'runs-on': string; readonly steps: readonly WorkflowStep[] }>>;
  readonly [key: string]: unknown;
}

const examples = (name: string): unknown[] =>
  [...readme(name).matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map(([, text]) => parse(text!));

const isWorkflow = (content: unknown): content is WorkflowFile =>
  typeof content === 'object' && content !== null && 'jobs' in content;

/** The workflows that a README shows. */
export const exampleWorkflows = (name: string): readonly WorkflowFile[] => examples(name).filter(isWorkflow);

/** The steps that a README shows, in workflows and alone. */
export const exampleSteps = (name: string): readonly WorkflowStep[] =>
  examples(name).flatMap((content) => {
    if (isWorkflow(content)) return Object.values(content.jobs).flatMap(({ steps }) => steps);
    return Array.isArray(content) ? (content as WorkflowStep[]) : [];
  });
