import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Generation } from '../../demo/forgejo/schema.ts';

const candidates = ['../../../shared/forgejo', '../../../../shared/forgejo'].map((path) =>
  fileURLToPath(new URL(path, import.meta.url)),
);

/**
 * The folder with rows and schemas recorded from live servers, which lies beside the repository and is not part of it;
 * undefined where it is not there. Tests that need it say so: `describe.skipIf(!recordedFolder)`.
 */
export const recordedFolder = candidates.find((path) => existsSync(`${path}/facts.md`));

/** The text of a recorded file. */
export function recorded(path: string): string {
  if (recordedFolder === undefined) throw new Error(`shared/forgejo/${path} is not beside the repository`);
  return readFileSync(`${recordedFolder}/${path}`, 'utf8');
}

/** A dump as SQL that any client runs: without psql's own commands, in the given schema instead of `public`. */
export function recordedDump(generation: Generation, name: 'schema' | 'rows' | 'stuck', schema = 'public'): string {
  return recorded(`${generation}/${name}.sql`)
    .replace(/^\\(?:un)?restrict .*$/gm, '')
    .replace(/^(?:SET|SELECT pg_catalog\.set_config).*$/gm, '')
    .replaceAll(/\bpublic\.(?=["a-z])/g, `"${schema}".`);
}
