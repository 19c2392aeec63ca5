import { usage } from '../../common/errors.ts';
import { hideSecret } from '../../common/redact.ts';
import type { S3Settings } from './s3.ts';

const parameters = ['endpoint', 'region', 'lookup', 'insecure'];

/**
 * Reads `s3://BUCKET[/BASE/PATH][?endpoint=URL&region=NAME&lookup=path|dns&insecure=true]`. Credentials come from the environment
 * alone, under the names of Amazon's tools, as do endpoint and region where the address leaves them out.
 *
 * @throws ToolError of kind `usage`
 */
export function parseS3Address(text: string, env: Readonly<Record<string, string | undefined>>): S3Settings {
  const wrong = (why: string) =>
    usage(`--log-s3 "${text}": ${why}.`, 'Write it as s3://BUCKET/BASE/PATH?endpoint=https://HOST:PORT&region=NAME.');
  if (!URL.canParse(text) || new URL(text).protocol !== 's3:') throw wrong('that is no s3:// address');
  const url = new URL(text);
  hideSecret(url.password);
  if (url.username !== '' || url.password !== '')
    throw usage(
      '--log-s3 holds credentials, which everybody on this machine can read there.',
      'Put them into AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.',
    );
  const bucket = decodeURIComponent(url.hostname);
  if (bucket === '') throw wrong('the bucket is missing');
  for (const key of url.searchParams.keys())
    if (!parameters.includes(key)) throw wrong(`"${key}" is not one of ${parameters.join(', ')}`);
  const location = url.searchParams.get('region') || env.AWS_REGION || env.AWS_DEFAULT_REGION || 'us-east-1';
  const endpoint =
    url.searchParams.get('endpoint') ||
    env.AWS_ENDPOINT_URL_S3 ||
    env.AWS_ENDPOINT_URL ||
    `https://s3.${location}.amazonaws.com`;
  const lookup = url.searchParams.get('lookup') ?? 'auto';
  if (lookup !== 'auto' && lookup !== 'path' && lookup !== 'dns')
    throw wrong(`lookup is "${lookup}", not auto, path or dns`);
  return {
    endpoint: s3Endpoint(endpoint, false) ?? fail(wrong(`the endpoint "${endpoint}" is no http or https address`)),
    bucket,
    basePath: decodeURIComponent(url.pathname),
    location,
    lookup,
    insecure: url.searchParams.get('insecure') === 'true',
    ...s3Credentials(env.AWS_ACCESS_KEY_ID, env.AWS_SECRET_ACCESS_KEY, env.AWS_SESSION_TOKEN),
  };
}

/** `HOST:PORT` or an address, as an origin; undefined where it is neither. */
export function s3Endpoint(text: string, secure: boolean): string | undefined {
  const address = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `${secure ? 'https' : 'http'}://${text}`;
  if (!URL.canParse(address)) return undefined;
  const { origin, protocol } = new URL(address);
  return protocol === 'http:' || protocol === 'https:' ? origin : undefined;
}

/** Credentials, hidden from now on; none where one half is missing. */
export function s3Credentials(
  accessKeyId: string | undefined,
  secretAccessKey: string | undefined,
  sessionToken?: string,
): Pick<S3Settings, 'credentials'> {
  if (!accessKeyId || !secretAccessKey) return {};
  for (const secret of [secretAccessKey, sessionToken]) hideSecret(secret);
  return { credentials: { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) } };
}

function fail(error: unknown): never {
  throw error;
}
