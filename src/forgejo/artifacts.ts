import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Forgejo } from './client.ts';
import type { Repository } from './runs.ts';
import { saveBody } from './save.ts';

export interface DownloadOptions {
  readonly signal?: AbortSignal;
  /** Only the artifact of this name. */
  readonly name?: string;
}

export interface Download {
  readonly name: string;
  /** The zip file. */
  readonly path: string;
}

/**
 * Downloads a run's artifacts into a directory, each as `NAME.zip`, as they come over the wire. A file is there when it is
 * whole, and not before. Expired artifacts are left out. Forgejo 16 and newer.
 */
export async function downloadArtifacts(
  forgejo: Forgejo,
  run: Repository & { readonly run_id: number },
  directory: string,
  { signal, name }: DownloadOptions = {},
): Promise<Download[]> {
  const options = signal ? { signal } : {};
  const { owner, repo } = run;
  const list = forgejo.paginate(
    'GET /repos/{owner}/{repo}/actions/runs/{run_id}/artifacts',
    name === undefined ? run : { ...run, name },
    options,
  );
  await mkdir(directory, { recursive: true });
  const downloads: Download[] = [];
  for await (const artifact of list) {
    if (artifact.expired || (name !== undefined && artifact.name !== name)) continue;
    const path = join(directory, `${fileName(artifact.name)}.zip`);
    const response = await forgejo.raw(
      'GET /repos/{owner}/{repo}/actions/artifacts/{artifact_id}/zip',
      { owner, repo, artifact_id: artifact.id },
      options,
    );
    await saveBody(response, path, signal);
    downloads.push({ name: artifact.name, path });
  }
  return downloads;
}

/** Whoever wrote the workflow chose the name: it is no path. */
const fileName = (name: string): string => name.replace(/[^\p{L}\p{N} ._@+=,-]/gu, '_').replace(/^\.+/, '_');
