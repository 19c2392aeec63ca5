import type { Tool, Verb } from '../common/command.ts';

const verbs: Readonly<Record<string, () => Promise<Verb>>> = {
  runs: async () => (await import('./verbs/runs.ts')).runsVerb,
  show: async () => (await import('./verbs/show.ts')).showVerb,
  logs: async () => (await import('./verbs/logs.ts')).logsVerb,
  diagnose: async () => (await import('./verbs/diagnose.ts')).diagnoseVerb,
  stuck: async () => (await import('./verbs/stuck.ts')).stuckVerb,
  reset: async () => (await import('./verbs/reset.ts')).resetVerb,
  undo: async () => (await import('./verbs/undo.ts')).undoVerb,
  history: async () => (await import('./verbs/history.ts')).historyVerb,
  grant: async () => (await import('./verbs/grant.ts')).grantVerb,
  api: async () => (await import('./verbs/api.ts')).apiVerb,
};

/** ci-doctor with the one verb that a command line begins with, else with all: loading a verb takes longer than most do. */
export async function loadCiDoctor(word?: string): Promise<Tool> {
  const wanted = word !== undefined && Object.hasOwn(verbs, word) ? [verbs[word]!] : Object.values(verbs);
  return {
    name: 'ci-doctor',
    summary: 'Says why a Forgejo Actions run is red or stuck, and recovers stuck runs.',
    verbs: await Promise.all(wanted.map((load) => load())),
  };
}
