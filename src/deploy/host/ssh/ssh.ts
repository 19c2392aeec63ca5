import { messageOf, unknown } from '../../../common/errors.ts';
import type { Host } from '../host.ts';
import { exec } from './exec.ts';
import { Link } from './link.ts';
import type { SshTarget } from './target.ts';

/**
 * A host behind SSH. Everything goes through one connection; when that was lost, the next call makes a new one,
 * and what ran on the old one has failed.
 *
 * @param name as the user wrote it
 * @throws ToolError of kind `unknown`
 */
export async function sshHost(name: string, targets: readonly SshTarget[]): Promise<Host> {
  let link: Promise<Link> = Link.open(name, targets);
  let closed = false;
  await link;

  const current = async (): Promise<Link> => {
    if (closed) throw unknown(`The connection to ${name} was closed.`, 'Connect again.');
    const latest = link;
    const present = await latest.catch(() => undefined);
    if (present && !present.lost) return present;
    // Several callers may find it lost; the first one dials for all.
    if (link === latest) link = Link.open(name, targets);
    return link;
  };

  return {
    name,
    networked: true,
    run: async (argv, options) => exec(await current(), argv, options),
    forward: async (address, port) => (await current()).forward(address, port),
    upload: async (source, target, onBytes) => upload(await current(), source, target, onBytes),
    sftp: async () => (await current()).sftp(),
    async close() {
      closed = true;
      (await link.catch(() => undefined))?.close();
    },
  };
}

async function upload(link: Link, source: string, target: string, onBytes?: (total: number) => void): Promise<void> {
  const sftp = await link.sftp();
  try {
    await new Promise<void>((resolve, reject) => {
      const stop = link.onLost(reject);
      sftp.fastPut(source, target, { step: (total) => onBytes?.(total) }, (error) => {
        stop();
        if (error) reject(uploadError(error, link.name, target));
        else resolve();
      });
    });
  } finally {
    sftp.end();
  }
}

/** SFTP version 3 says "Failure" for a full disk, a busy file and much else. */
const uploadError = (error: Error, name: string, target: string) =>
  unknown(
    `SFTP could not write ${target} on ${name}: ${messageOf(error)}`,
    'The server gives no reason. Check free space, quota and permissions there, and that the file is not being executed.',
    error,
  );
