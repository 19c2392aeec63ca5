import { describe, expect, test } from 'vitest';
import { redact } from '../../../src/common/redact.ts';
import { forgejoSettings, parseIni } from '../../../src/doctor/app-ini.ts';
import { parseS3Address } from '../../../src/doctor/logs/s3-address.ts';

const bucket = (text: string) => {
  const ini = parseIni(`[database]\nDB_TYPE = postgres\n${text}`);
  const { logStorage } = forgejoSettings(ini, '/srv/forgejo/custom/conf/app.ini', {});
  return logStorage.kind === 's3' ? logStorage.s3 : logStorage;
};

describe('a bucket as app.ini has it', () => {
  test.each([
    [
      '[storage]\nSTORAGE_TYPE = minio',
      {
        endpoint: 'http://localhost:9000',
        bucket: 'gitea',
        basePath: 'actions_log/',
        location: 'us-east-1',
        lookup: 'auto',
      },
    ],
    [
      '[storage]\nSTORAGE_TYPE = minio\nMINIO_ENDPOINT = s3.example.org\nMINIO_USE_SSL = true\nMINIO_BASE_PATH = forge/\nMINIO_BUCKET = b',
      { endpoint: 'https://s3.example.org', bucket: 'b', basePath: 'forge/actions_log/' },
    ],
    // A section of the type is not below a directory of its own for each kind of file, but the name's section may say so.
    ['[storage.minio]\nMINIO_BASE_PATH = x\n[storage.actions_log]\nSTORAGE_TYPE = minio', { basePath: 'x' }],
    [
      '[storage.s3]\nSTORAGE_TYPE = minio\nMINIO_BUCKET = b\n[storage.actions_log]\nSTORAGE_TYPE = s3\nMINIO_BUCKET = logs\nMINIO_BASE_PATH = y/',
      { bucket: 'logs', basePath: 'y/' },
    ],
    // Without a section of the type its own keys count, and those of [storage].
    [
      '[storage]\nMINIO_ENDPOINT = 10.0.3.7:9100\nMINIO_LOCATION = eu\n[storage.actions_log]\nSTORAGE_TYPE = minio\nMINIO_BUCKET_LOOKUP = path',
      { endpoint: 'http://10.0.3.7:9100', location: 'eu', lookup: 'path', basePath: 'actions_log/' },
    ],
    ['[storage]\nSTORAGE_TYPE = azureblob', { kind: 'other', type: 'azureblob' }],
  ])('%j', (text, expected) => {
    expect(bucket(text)).toMatchObject(expected);
  });

  test('its secret is hidden from then on', () => {
    expect(
      bucket('[storage]\nSTORAGE_TYPE = minio\nMINIO_ACCESS_KEY_ID = git\nMINIO_SECRET_ACCESS_KEY = loquat-and-lime'),
    ).toMatchObject({ credentials: { accessKeyId: 'git', secretAccessKey: 'loquat-and-lime' } });
    expect(redact('it is loquat-and-lime')).toBe('it is ***');
  });
});

describe('a bucket as --log-s3 has it', () => {
  const env = { AWS_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: 'id' };
  test.each([
    [
      's3://logs',
      { endpoint: 'https://s3.eu-west-1.amazonaws.com', bucket: 'logs', location: 'eu-west-1', lookup: 'auto' },
    ],
    [
      's3://Logs_1/a%20b/c?endpoint=10.0.3.7:9000&region=x&lookup=dns&insecure=true',
      { endpoint: 'http://10.0.3.7:9000', basePath: '/a b/c', location: 'x', lookup: 'dns', insecure: true },
    ],
  ])('%s', (text, expected) => {
    expect(parseS3Address(text, env)).toMatchObject(expected);
  });

  test.each([
    ['logs', /no s3:\/\/ address/],
    ['s3:///base', /the bucket is missing|no s3/],
    ['s3://b?endpiont=x', /"endpiont" is not one of endpoint/],
    ['s3://b?lookup=host', /lookup is "host"/],
    ['s3://b?endpoint=ftp://x', /no http or https address/],
    ['s3://id:sorrel-soup@b', /holds credentials/],
  ])('%s is refused', (text, message) => {
    let thrown: unknown;
    try {
      parseS3Address(text, env);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toMatchObject({ kind: 'usage', message: expect.stringMatching(message) });
    expect(String(thrown)).not.toContain('sorrel');
  });
});
