import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { AwsClient } from 'aws4fetch';
import { freePort } from './sshd.ts';

export interface Minio {
  readonly endpoint: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  makeBucket(name: string): Promise<void>;
  put(bucket: string, key: string, body: Uint8Array): Promise<void>;
  stop(): Promise<void>;
}

/** Starts a real MinIO with an empty directory, on a free port of the loopback address. */
export async function startMinio(): Promise<Minio> {
  const program = findMinio();
  const directory = await mkdtemp(join(tmpdir(), 'minio-'));
  const [port, console] = [await freePort(), await freePort()];
  const accessKeyId = 'forgejo';
  const secretAccessKey = 'quince-and-medlar-jam';
  const child = spawn(
    program,
    [
      'server',
      '--quiet',
      '--address',
      `127.0.0.1:${port}`,
      '--console-address',
      `127.0.0.1:${console}`,
      join(directory, 'data'),
    ],
    {
      env: {
        PATH: process.env.PATH,
        HOME: directory,
        MINIO_ROOT_USER: accessKeyId,
        MINIO_ROOT_PASSWORD: secretAccessKey,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const endpoint = `http://127.0.0.1:${port}`;
  for (let attempt = 0; ; attempt++) {
    const ready = await fetch(`${endpoint}/minio/health/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (ready) break;
    if (child.exitCode !== null || attempt === 600) throw new Error(`MinIO does not answer:\n${said}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const client = new AwsClient({ accessKeyId, secretAccessKey, service: 's3', region: 'us-east-1' });
  const done = async (answer: Response) => {
    if (!answer.ok) throw new Error(`MinIO answers ${answer.status}: ${await answer.text()}`);
  };
  return {
    endpoint,
    accessKeyId,
    secretAccessKey,
    makeBucket: async (name) => done(await client.fetch(`${endpoint}/${name}`, { method: 'PUT' })),
    put: async (bucket, key, body) =>
      done(await client.fetch(`${endpoint}/${bucket}/${key}`, { method: 'PUT', body: body })),
    async stop() {
      child.kill();
      await ended;
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function findMinio(): string {
  const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'forgejo-ci-toolkit/bin');
  const places = [
    ...(process.env.PATH ?? '').split(delimiter),
    cache,
    join(process.env.GOPATH ?? join(homedir(), 'go'), 'bin'),
  ];
  const found = places.map((place) => join(place, 'minio')).find((path) => existsSync(path));
  if (found) return found;
  throw new Error('This test needs MinIO: .ci/run builds it, or go install github.com/minio/minio@latest');
}
