import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { posix } from 'node:path';
import type { Duplex } from 'node:stream';
import { connect as tlsConnect } from 'node:tls';
import { messageOf, ToolError, unknown } from '../../common/errors.ts';
import { type LogFile, type LogStore, UnreadableLog } from './store.ts';

/** An S3 bucket as Forgejo's `[storage]` keys name it. */
export interface S3Settings {
  /** `http://HOST:PORT` or `https://…`, without a path. */
  readonly endpoint: string;
  readonly bucket: string;
  /** What goes before `action_task.log_filename`; may be empty. */
  readonly basePath: string;
  /** Region that requests are signed for. */
  readonly location: string;
  /** Where the bucket stands: in the path, in the host name, or as MinIO's client decides for that endpoint. */
  readonly lookup: 'auto' | 'path' | 'dns';
  /** Without them requests are not signed: a bucket that everybody may read. */
  readonly credentials?: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  };
  /** Certificates are not looked at (`MINIO_INSECURE_SKIP_VERIFY`). */
  readonly insecure?: boolean;
}

/** Opens the byte stream to the endpoint; a direct connection where it is left out. */
export type Dial = (address: string, port: number) => Promise<Duplex>;

const timeoutMs = 30_000;

/** Logs in a bucket of S3 or something that speaks like it. Only the ranges asked for are fetched. */
export function s3Store(settings: S3Settings, dial?: Dial): LogStore {
  const { bucket, basePath, endpoint } = settings;
  const prefix = posix.join('/', basePath).slice(1);
  const name = `the bucket ${bucket} at ${endpoint}${prefix === '' ? '' : `, below ${prefix}`}`;
  return {
    name,
    async open(logFilename) {
      if (/(^|\/)\.\.?(\/|$)|\0|^$/.test(logFilename))
        throw new UnreadableLog(
          `The log name ${JSON.stringify(logFilename)} leads out of ${name}; it was not read.`,
          'Forgejo never writes such a name: find out who changed action_task.log_filename.',
        );
      const url = objectUrl(settings, posix.join('/', basePath, logFilename).slice(1));
      const head = await ask(settings, dial, 'HEAD', url);
      if (head.status === 404) {
        await assertBucket(settings, dial, name);
        return undefined;
      }
      if (head.status !== 200) throw refusal(name, settings, head);
      const size = Number(head.headers['content-length']);
      return {
        size,
        read: (offset, length) => readRange(settings, dial, url, name, offset, length),
        close: async () => {},
      };
    },
  };
}

async function readRange(
  settings: S3Settings,
  dial: Dial | undefined,
  url: URL,
  name: string,
  offset: number,
  length: number,
): ReturnType<LogFile['read']> {
  const answer = await ask(settings, dial, 'GET', url, `bytes=${offset}-${offset + length - 1}`);
  // Deleted, or shorter, since it was opened.
  if (answer.status === 404 || answer.status === 416) return Buffer.alloc(0);
  if (answer.status === 206) return answer.body;
  if (answer.status === 200 && offset === 0 && answer.body.length <= length) return answer.body;
  if (answer.status === 200)
    throw unknown(
      `${name} answers with the whole object where a part was asked for.`,
      'Something between here and the storage drops the Range header: name the storage itself as the endpoint.',
    );
  throw refusal(name, settings, answer);
}

/** A bucket that is not there would let every log look lost; the answer for an object does not tell the two apart. */
async function assertBucket(settings: S3Settings, dial: Dial | undefined, name: string): Promise<void> {
  const url = objectUrl(settings, '');
  const { status } = await ask(settings, dial, 'HEAD', url);
  if (status === 404)
    throw unknown(
      `There is no bucket "${settings.bucket}" at ${settings.endpoint}.`,
      'Check MINIO_BUCKET and MINIO_ENDPOINT in app.ini, or the address given with --log-s3.',
    );
  if (status === 301 || status === 307 || status === 400)
    throw refusal(name, settings, { status, headers: {}, body: Buffer.alloc(0) });
}

function objectUrl({ endpoint, bucket, lookup }: S3Settings, key: string): URL {
  const url = new URL(endpoint);
  // As minio-go decides: names in the host only where it is known that they work.
  const inHost =
    lookup === 'dns' ||
    (lookup === 'auto' &&
      /(?:^|\.)(?:amazonaws\.com(?:\.cn)?|storage\.googleapis\.com|aliyuncs\.com)$/.test(url.hostname) &&
      !(bucket.includes('.') && url.protocol === 'https:'));
  if (inHost) url.hostname = `${bucket}.${url.hostname}`;
  const path = key.split('/').map(encodeKey).join('/');
  url.pathname = inHost ? `/${path}` : `/${encodeKey(bucket)}/${path}`;
  return url;
}

/** As a signature wants it: everything but unreserved characters in percent-encoding. */
const encodeKey = (part: string) =>
  encodeURIComponent(part).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

async function ask(
  settings: S3Settings,
  dial: Dial | undefined,
  method: 'GET' | 'HEAD',
  url: URL,
  range?: string,
): Promise<Answer> {
  for (let attempt = 1; ; attempt++) {
    try {
      const answer = await send(settings, dial, method, url, range);
      if (answer.status < 500 || answer.status === 501 || attempt === 3) return answer;
    } catch (error) {
      if (error instanceof ToolError) throw error;
      if (
        attempt === 3 ||
        !/ECONNRESET|EPIPE|socket hang up/.test(`${(error as { code?: string }).code} ${messageOf(error)}`)
      )
        throw unknown(`${url.origin} cannot be asked: ${messageOf(error)}`, connectFix(url), error);
    }
    await new Promise((resolve) => setTimeout(resolve, 200 * attempt));
  }
}

const connectFix = ({ protocol }: URL) =>
  `Check host and port${protocol === 'https:' ? ' and its certificate' : ''}. Where only Forgejo's host reaches the storage, say with --log-via how to get to that host.`;

async function send(
  { credentials, location, insecure }: S3Settings,
  dial: Dial | undefined,
  method: string,
  url: URL,
  range: string | undefined,
): Promise<Answer> {
  const headers: Record<string, string> = range === undefined ? {} : { range };
  if (credentials) {
    const { AwsV4Signer } = await import('aws4fetch');
    const signed = await new AwsV4Signer({
      ...credentials,
      method,
      url: url.href,
      headers,
      service: 's3',
      region: location,
      // The key is in percent-encoding already.
      singleEncode: true,
    }).sign();
    for (const [key, value] of signed.headers) headers[key] = value;
  }
  const secure = url.protocol === 'https:';
  const port = Number(url.port) || (secure ? 443 : 80);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const channel = dial && (await dial(host, port));
  return await new Promise((resolve, reject) => {
    const options = {
      method,
      headers,
      timeout: timeoutMs,
      ...(secure && insecure && { rejectUnauthorized: false }),
      ...(channel && {
        agent: false as const,
        createConnection: () =>
          secure
            ? tlsConnect({ socket: channel, servername: host, rejectUnauthorized: !insecure })
            : (channel as never),
      }),
    };
    const asked = (secure ? httpsRequest : httpRequest)(url, options, (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.on('error', reject);
      answer.on('end', () => {
        channel?.destroy();
        resolve({ status: answer.statusCode!, headers: answer.headers, body: Buffer.concat(parts) });
      });
    });
    channel?.on('error', reject);
    asked.on('timeout', () => asked.destroy(new Error(`no answer within ${timeoutMs / 1000} s`)));
    asked.on('error', reject);
    asked.end();
  });
}

/** S3 explains itself in XML, but only where the answer has a body. */
function refusal(name: string, { location, credentials }: S3Settings, { status, headers, body }: Answer): ToolError {
  const xml = body.toString('utf8');
  const code = /<Code>([^<]*)<\/Code>/.exec(xml)?.[1];
  const region = headers['x-amz-bucket-region'] ?? /<Region>([^<]*)<\/Region>/.exec(xml)?.[1];
  const what = `${name} answers with ${status}${code ? ` ${code}` : ''}`;
  if (typeof region === 'string' && region !== location)
    return unknown(
      `${what}: the bucket is in the region ${region}, requests were signed for ${location}.`,
      'Correct MINIO_LOCATION in app.ini, or region=… in --log-s3.',
    );
  if (status === 401 || status === 403)
    return unknown(
      credentials
        ? `${what}: the access key may not read there, or is wrong.`
        : `${what}, and no access key was given.`,
      credentials
        ? 'Check key, secret and policy (s3:GetObject on the objects, s3:ListBucket to tell a missing log), and that the clock is right.'
        : 'Give AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or --app-ini where Forgejo keeps them.',
    );
  if (status === 301 || status === 307 || status === 400)
    return unknown(
      `${what}.`,
      'Check endpoint, region and the way of naming buckets (MINIO_BUCKET_LOOKUP, lookup=… in --log-s3).',
    );
  return unknown(`${what}.`, 'Look at the storage, and try again.');
}
