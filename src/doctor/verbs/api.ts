import { Option } from 'commander';
import type { CommonOptions, Outcome, Verb } from '../../common/command.ts';
import { usage } from '../../common/errors.ts';
import { exitCode } from '../../common/exit.ts';
import type { Io } from '../../common/io.ts';
import { parseDuration } from '../../common/output/words.ts';
import { hideSecret } from '../../common/redact.ts';
import { fieldsOf } from '../api-fields.ts';
import { findAppIni } from '../find-app-ini.ts';

interface ApiOptions extends CommonOptions {
  readonly rawField: readonly string[];
  readonly field: readonly string[];
  readonly paginate?: true;
  readonly output?: string;
  readonly baseUrl?: string;
  readonly tokenEnv?: string;
  readonly appIni?: string;
  readonly timeout?: string;
}

const repeated = (value: string, before: readonly string[]): string[] => [...before, value];

export const apiVerb: Verb = {
  usage: 'api <method> <route>',
  summary: "send a request to Forgejo's API and print the answer",
  description:
    'ROUTE is below /api/v1, with its {placeholders} or with what stands for them. Parameters that are not in the path go into the query of a GET, and into the body of everything else.\n\nThe server is --base-url, FORGEJO_URL, the one that runs the job, or ROOT_URL of app.ini. The token is read from FORGEJO_TOKEN, or from the variable that --token-env names; never from an argument, which every user of the machine can see.\n\nThe page <server>/api/swagger lists the routes.',
  options: [
    new Option('-f, --raw-field <key=value>', 'a parameter, as text (repeatable); key[name]=value and key[]=value nest')
      .argParser(repeated)
      .default([], 'none'),
    new Option(
      '-F, --field <key=value>',
      'a parameter; true, false, null and whole numbers are what they look like, @FILE is what the file holds (@- standard input)',
    )
      .argParser(repeated)
      .default([], 'none'),
    new Option('--paginate', 'print the items of all pages as one array'),
    new Option('-o, --output <file>', 'write the answer into a file, as it comes (zip files, logs)'),
    new Option('--base-url <url>', "the server's address (or FORGEJO_URL)"),
    new Option('--token-env <variable>', 'the variable that holds the token (FORGEJO_TOKEN)'),
    new Option('--app-ini <file>', "Forgejo's configuration, for its ROOT_URL (found by itself on a Forgejo host)"),
    new Option('--timeout <duration>', 'for the request, all its tries together (60s)'),
  ],
  examples: [
    ['ci-doctor api GET /repos/org/app/actions/runs -f limit=5', 'the last five runs'],
    ['ci-doctor api GET /repos/{owner}/{repo}/actions/tasks -f owner=org -f repo=app --paginate', 'every task'],
    [
      'ci-doctor api POST /repos/org/app/actions/workflows/deploy.yaml/dispatches -f ref=main -f inputs[target]=stage',
      'start a workflow',
    ],
    ['ci-doctor api POST /admin/cron/stop_zombie_tasks', 'let Forgejo stop silent tasks now (site administrators)'],
    ['ci-doctor api PUT /repos/org/app/actions/secrets/DEPLOY_KEY -F data=@key', 'a secret, which no argument holds'],
    ['ci-doctor api GET /repos/org/app/actions/runs/42/logs -o logs.zip', 'the logs of a run'],
  ],
  async handler([method, path]: readonly string[], options: ApiOptions, io: Io): Promise<Outcome> {
    // Loaded only here: no other verb speaks HTTP.
    const [{ createForgejo }, { targetOf, serverAddress }, { serverFromEnvironment, tokenFromEnvironment }] =
      await Promise.all([
        import('../../forgejo/client.ts'),
        import('../../forgejo/address.ts'),
        import('../../forgejo/environment.ts'),
      ]);
    const timeout = options.timeout === undefined ? undefined : parseDuration(options.timeout);
    if (options.timeout !== undefined && !timeout)
      throw usage(`--timeout is "${options.timeout}", which is not a duration.`, 'Write it as 90s or 5m.');
    const route = `${method!.toUpperCase()} ${path!.startsWith('/') ? path : `/${path}`}` as `GET /${string}`;
    const params = await fieldsOf(options.rawField, options.field);
    if (/\/actions\/secrets\//.test(route)) hideSecret(String(params.data ?? ''));
    const baseUrl = options.baseUrl ?? (serverFromEnvironment(io.env) || (await rootUrl(options, io)));
    if (options.dryRun) {
      const { url, body } = targetOf(serverAddress(baseUrl), route, params);
      return shown({ method: route.split(' ', 1)[0], url: url.href, body: body ?? null });
    }
    const forgejo = createForgejo({
      baseUrl,
      auth: tokenFromEnvironment(io.env, options.tokenEnv),
      timeoutMs: timeout && timeout * 1_000,
      ...(options.verbose && {
        onRequest: ({ method, url, attempt }) => io.note(`${method} ${url}${attempt > 1 ? ` (try ${attempt})` : ''}`),
      }),
    });
    if (options.output !== undefined) {
      const { saveBody } = await import('../../forgejo/save.ts');
      const bytes = await saveBody(await forgejo.raw(route, params), options.output);
      const result = { file: options.output, bytes };
      return { exit: exitCode.ok, result, text: () => `${options.output}: ${bytes} bytes` };
    }
    const answer: unknown = options.paginate
      ? await forgejo.paginate(route, params).all()
      : await forgejo.request(route, params);
    if (answer instanceof Uint8Array)
      throw usage(`${route} answers with a file of ${answer.length} bytes.`, 'Give --output FILE to keep it.');
    return shown(answer);
  },
};

const shown = (answer: unknown): Outcome => ({
  exit: exitCode.ok,
  result: answer ?? null,
  text: () =>
    answer === undefined ? '' : typeof answer === 'string' ? answer.trimEnd() : JSON.stringify(answer, null, 2),
});

async function rootUrl({ appIni }: ApiOptions, io: Io): Promise<string> {
  const file = appIni ?? (await findAppIni(io.env));
  if (file === undefined)
    throw usage(
      'ci-doctor was not told where Forgejo is.',
      'Give --base-url https://forge.example.org, or set FORGEJO_URL.',
    );
  const { readRootUrl } = await import('../app-ini.ts');
  return readRootUrl(file, io.env);
}
