import { copyFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse, stringify } from 'yaml';
import { bundle } from './bundle.ts';
import { git } from './repositories.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const rooms = { 'ci-doctor': 'doctor', 'deploy-binary': 'deploy', 'submodule-push-check': 'submodules' };

export interface Step {
  name?: string;
  uses?: string;
  run?: string;
  with?: Record<string, unknown>;
}
export interface Workflow {
  on: Record<string, unknown>;
  env?: Record<string, string>;
  permissions: Record<string, string>;
  jobs: Record<string, { 'runs-on': string; env?: Record<string, string | number>; steps: Step[] }>;
}

/** A file of workflows/, or of .forgejo/workflows. */
export const workflowText = (path: string): string => readFileSync(join(root, path), 'utf8');
export const workflowOf = (path: string): Workflow => parse(workflowText(path)) as Workflow;

/** The actions as a runner gets them, bundled from this checkout's source. */
export async function bundleActions(
  names: readonly (keyof typeof rooms)[],
): Promise<{ into(checkout: string): void; remove(): void }> {
  const place = mkdtempSync(join(tmpdir(), 'actions-'));
  for (const name of names) {
    mkdirSync(join(place, name, 'dist'), { recursive: true });
    copyFileSync(join(root, `actions/${name}/action.yml`), join(place, name, 'action.yml'));
    await bundle(join(root, `src/${rooms[name]}/action.ts`), join(place, name, 'dist/index.mjs'));
  }
  return {
    into: (checkout) => cpSync(place, join(checkout, 'actions'), { recursive: true }),
    remove: () => rmSync(place, { recursive: true }),
  };
}

/**
 * Puts a ready-made workflow into a checkout as a person does who copies it, the toolkit's actions being in that checkout.
 * @param change what is marked with `<--` in the file
 */
export function installWorkflow(checkout: string, name: string, change: (workflow: Workflow) => void = () => {}): void {
  const workflow = workflowOf(`workflows/${name}`);
  for (const step of Object.values(workflow.jobs).flatMap(({ steps }) => steps)) {
    const action = /^https:\/\/forge\.example\/OWNER\/forgejo-ci-toolkit\/actions\/([a-z-]+)@v1$/.exec(
      step.uses ?? '',
    )?.[1];
    if (action) step.uses = `./actions/${action}`;
  }
  change(workflow);
  write(checkout, name, stringify(workflow));
}

export function write(checkout: string, name: string, text: string): void {
  const file = join(checkout, '.forgejo/workflows', name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

/** Records all that is in a checkout; submodules as they are. */
export function record(checkout: string): void {
  git(checkout, 'add', '--all');
  git(
    checkout,
    '-c',
    'user.name=a',
    '-c',
    'user.email=a@example.org',
    'commit',
    '--quiet',
    '--allow-empty',
    '-m',
    'all',
  );
}
