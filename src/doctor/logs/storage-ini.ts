import { isAbsolute, join, resolve } from 'node:path';
import { usage } from '../../common/errors.ts';
import type { S3Settings } from './s3.ts';
import { s3Credentials, s3Endpoint } from './s3-address.ts';

/** Where finished logs are, by Forgejo's own configuration. */
export type LogStorage =
  | { readonly kind: 'directory'; readonly directory: string }
  | { readonly kind: 's3'; readonly s3: S3Settings }
  /** A storage that cannot be read here, such as `azureblob`. */
  | { readonly kind: 'other'; readonly type: string };

export interface IniReader {
  has(section: string): boolean;
  /** Whether the section itself has the key. */
  hasOwn(section: string, key: string): boolean;
  /** The value, taken from parent sections where the section lacks it. Empty counts as not set. */
  get(section: string, key: string): string | undefined;
}

const section = 'storage.actions_log';

/**
 * The storage of the logs: `[storage.actions_log]`, the section of its type (`[storage.minio]`, or one with a name of its own),
 * else `[storage]`, with the keys that the first may override in the others (Forgejo's modules/setting/storage.go; `[actions]` is
 * not asked there).
 *
 * @param data the absolute APP_DATA_PATH
 */
export function logStorage(ini: IniReader, data: string, file: string): LogStorage {
  const { get } = ini;
  const own = (from: string, key: string) => (ini.hasOwn(from, key) ? get(from, key) : undefined);
  const named = ini.has(section) ? get(section, 'STORAGE_TYPE') : undefined;
  const used = named !== undefined || (ini.has(section) && get(section, 'PATH') !== undefined);
  const target = !used ? 'storage' : named && ini.has(`storage.${named}`) ? `storage.${named}` : section;
  const type = get(target, 'STORAGE_TYPE') ?? named ?? 'local';
  if (type === 'minio') return { kind: 's3', s3: s3Settings(ini, target, own, file) };
  if (type !== 'local') return { kind: 'other', type };
  const base = own(target, 'PATH');
  const path = own(section, 'PATH');
  const at = (directory: string): LogStorage => ({ kind: 'directory', directory });
  if (path !== undefined && (target === section || isAbsolute(path))) return at(resolve(data, path));
  if (path !== undefined) return at(resolve(data, base ?? '', path));
  if (base === undefined) return at(join(data, 'actions_log'));
  return at(resolve(data, target === 'storage' ? join(base, 'actions_log') : base));
}

type Own = (section: string, key: string) => string | undefined;

function s3Settings({ get }: IniReader, target: string, own: Own, file: string): S3Settings {
  const yes = (key: string) => /^(?:1|t|y|yes|on|true)$/i.test(get(target, key) ?? '');
  const host = get(target, 'MINIO_ENDPOINT') ?? 'localhost:9000';
  const endpoint = s3Endpoint(host, yes('MINIO_USE_SSL'));
  if (endpoint === undefined)
    throw usage(`${file}: [${target}] MINIO_ENDPOINT "${host}" is not HOST:PORT.`, 'Correct it, or give --log-s3.');
  const base = get(target, 'MINIO_BASE_PATH');
  const inherited =
    base === undefined ? 'actions_log/' : target === 'storage' ? `${base.replace(/\/$/, '')}/actions_log/` : base;
  const override = target === section ? () => undefined : (key: string) => own(section, key);
  const lookup = get(target, 'MINIO_BUCKET_LOOKUP') ?? 'auto';
  return {
    endpoint,
    bucket: override('MINIO_BUCKET') ?? get(target, 'MINIO_BUCKET') ?? 'gitea',
    basePath: override('MINIO_BASE_PATH') ?? inherited,
    location: get(target, 'MINIO_LOCATION') ?? 'us-east-1',
    lookup: lookup === 'path' || lookup === 'dns' ? lookup : 'auto',
    insecure: yes('MINIO_INSECURE_SKIP_VERIFY'),
    ...s3Credentials(get(target, 'MINIO_ACCESS_KEY_ID'), get(target, 'MINIO_SECRET_ACCESS_KEY')),
  };
}
