import { unknown, usage } from '../../common/errors.ts';
import type { Host } from '../../deploy/host/host.ts';
import { reach } from '../../deploy/host/tunnel.ts';
import type { Database } from '../database/database.ts';
import { diskStore } from './disk.ts';
import { directoryStore } from './files.ts';
import type { S3Settings } from './s3.ts';
import type { LogStorage } from './storage-ini.ts';
import type { LogStore } from './store.ts';

/** What is known about the place of finished logs: flags go before Forgejo's own configuration. */
export interface LogPlace {
  readonly directory: string | undefined;
  /** `s3://…` */
  readonly s3: string | undefined;
  readonly forgejo: LogStorage | undefined;
}

/**
 * Opens the place of finished logs; undefined where nothing says where it is.
 *
 * @param host where they are, or from where they are reached; this machine where it is left out
 * @param onClose takes what is to be closed at the end
 */
export async function openLogs(
  { directory, s3, forgejo }: LogPlace,
  host: Host | undefined,
  env: Readonly<Record<string, string | undefined>>,
  onClose: (close: () => Promise<void>) => void,
): Promise<LogStore | undefined> {
  if (directory !== undefined && s3 !== undefined)
    throw usage('--log-dir and --log-s3 exclude each other.', 'Give the one where Forgejo stores finished logs.');
  if (s3 !== undefined) {
    const { parseS3Address } = await import('./s3-address.ts');
    return openS3(parseS3Address(s3, env), host);
  }
  if (directory !== undefined) return openDirectory(directory, host, onClose);
  switch (forgejo?.kind) {
    case undefined:
      return undefined;
    case 'directory':
      return openDirectory(forgejo.directory, host, onClose);
    case 's3':
      return openS3(forgejo.s3, host);
    case 'other':
      return {
        name: `a storage of the type ${forgejo.type}`,
        open: async () => {
          throw unknown(
            `Forgejo keeps finished logs in a storage of the type "${forgejo.type}", which ci-doctor cannot read.`,
            'It reads local, minio (S3), with --log-dir a copy or a mount of the storage, and with a token what Forgejo 16 and newer answer (--log-api).',
          );
        },
      };
  }
}

/** The flags that say whether and how logs are read through the API. */
export interface ApiOptions {
  readonly logApi?: true;
  readonly baseUrl?: string;
  readonly tokenEnv?: string;
}

/**
 * Forgejo's API as a place of logs: where `--log-api` says so, or a token and the server's address are there.
 *
 * @param rootUrl the server's own address, where its configuration is known
 */
export async function openApi(
  { logApi, baseUrl, tokenEnv }: ApiOptions,
  rootUrl: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
  { queries }: Pick<Database, 'queries'>,
): Promise<LogStore | undefined> {
  // Not the server that runs this job, if it is one: the database may be another's, where the same id is another job.
  const server = baseUrl ?? (env.FORGEJO_URL || rootUrl);
  if (server === undefined) {
    if (logApi)
      throw usage(
        '--log-api needs the address of Forgejo.',
        'Give --base-url https://forge.example.org, or set FORGEJO_URL.',
      );
    return undefined;
  }
  const { tokenFromEnvironment } = await import('../../forgejo/environment.ts');
  const token = tokenFromEnvironment(env, tokenEnv);
  // What everybody may read needs no token, but is not asked for either without being told to.
  if (token === undefined && !logApi) return undefined;
  const [{ apiStore }, { apiLogName }] = await Promise.all([import('./api.ts'), import('./tasks.ts')]);
  return apiStore({ baseUrl: server, token }, (taskId) => apiLogName(queries, taskId));
}

async function openDirectory(
  directory: string,
  host: Host | undefined,
  onClose: (close: () => Promise<void>) => void,
): Promise<LogStore> {
  if (!host) return diskStore(directory);
  if (!directory.startsWith('/'))
    throw usage(`--log-dir "${directory}" is not absolute.`, `Write it from / on, as it is on ${host.name}.`);
  // A server may have no SFTP; commands do then.
  const sftp = await host.sftp?.().catch(() => undefined);
  if (!sftp) return directoryStore((await import('./shell.ts')).shellFiles(host), directory);
  const { sftpFiles } = await import('./sftp.ts');
  const store = directoryStore(sftpFiles(sftp, host.name), directory);
  onClose(async () => store.close?.());
  return store;
}

async function openS3(settings: S3Settings, host: Host | undefined): Promise<LogStore> {
  const { s3Store } = await import('./s3.ts');
  return s3Store(settings, host && ((address, port) => reach(host, address, port)));
}
