// biome-ignore-all lint/suspicious/noTemplateCurlyInString: expressions of a workflow.
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { resolve as absolute, dirname, join, relative } from 'node:path';
import { Option } from 'commander';
import type { Outcome } from '../../common/command.ts';
import { usage } from '../../common/errors.ts';
import { exitCode } from '../../common/exit.ts';
import type { Io } from '../../common/io.ts';
import { quote } from '../../common/quote.ts';
import type { DeployFile } from './file.ts';
import { type EnvironmentOptions, openDeployFile, selectionOptions, withEnvironment } from './open.ts';
import type { Rollout } from './resolve.ts';

export interface MatrixOptions extends EnvironmentOptions {
  readonly build?: string;
  readonly uses: string;
  readonly runsOn: string;
  readonly output?: string;
}

export const matrixOptions = () => [
  ...selectionOptions(),
  new Option('--build <script>', 'shell lines that build the binaries in the first job'),
  new Option('--uses <action>', 'the action as workflows of this forge name it').default(
    'OWNER/forgejo-ci-toolkit/actions/deploy-binary@v1',
    'OWNER/forgejo-ci-toolkit/…',
  ),
  new Option('--runs-on <label>', 'label of the runners').default('docker'),
  new Option('--output <file>', 'write it there instead of printing it'),
];

export async function matrix(environment: string, options: MatrixOptions, io: Io): Promise<Outcome> {
  const file = await openDeployFile(options.config, process.cwd());
  const config = options.config === undefined ? undefined : fromTop(options.config);
  const names = referencesOf(file, environment);
  // What is only known where the workflow runs need not be known here.
  const missing = names.filter((name) => !io.env[name]);
  const env = { ...io.env, ...Object.fromEntries(missing.map((name) => [name, 'not-known-here'])) };
  const text = await withEnvironment(
    environment,
    options,
    { ...io, env },
    async (rollout) => await workflow(rollout, names, options, config),
  );
  const output = options.dryRun ? undefined : options.output;
  if (output !== undefined) await writeFile(output, text);
  return {
    exit: exitCode.ok,
    result: { environment, output: output ?? null, workflow: text },
    text: () => (output === undefined ? text.trimEnd() : `Wrote ${output}.`),
    verbatim: true,
  };
}

/** A path as a job sees it, which stands at the top of the repository. */
function fromTop(path: string): string {
  const whole = absolute(path);
  for (let directory = dirname(whole); ; directory = dirname(directory)) {
    if (existsSync(join(directory, '.git'))) return relative(directory, whole);
    if (directory === dirname(directory)) return path;
  }
}

/**
 * A workflow with one job a batch. Jobs are written out: a matrix that is computed while a workflow runs is not known to work on
 * Forgejo. The first job builds and publishes each binary under its sha256; every other one fetches it once, and compares.
 */
async function workflow(
  rollout: Rollout,
  secrets: readonly string[],
  { build, uses, runsOn }: MatrixOptions,
  config: string | undefined,
): Promise<string> {
  const { default: yaml } = await import('yaml');
  const { environment, services, protected: closed, hosts, snapshots } = rollout;
  if (services.length === 0) throw usage(`No service runs in ${environment}.`, 'See --only and --hosts.');
  const secret = hosts.find(({ nameIsSecret }) => nameIsSecret);
  if (secret)
    throw usage(
      `The workflow would hold the address ${secret.name}, which comes from the environment.`,
      'Give that host a name in deploy.yaml: { name: …, host: … }.',
    );
  const ids = jobIds(services.map(({ service }) => service));
  const jobs: Record<string, unknown> = { publish: publishJob(rollout, ids, build, runsOn) };
  const snapped = new Set<string>();
  let before = 'publish';
  for (const { service, batches } of services)
    for (const [index, batch] of batches.entries()) {
      const canary = index === 0 && rollout.canary !== null;
      const name = `${ids.get(service)}-${index + 1}`;
      const source = batch[0]!.settings.source;
      const names = batch.map(({ host }) => host.name);
      // Another one, taken before a later service, would push the one from before the deploy out of those that are kept.
      const fresh = names.filter((host) => !snapped.has(host));
      for (const host of names) snapped.add(host);
      jobs[name] = {
        needs: ['publish', ...(before === 'publish' ? [] : [before])],
        'runs-on': runsOn,
        steps: [
          { uses: 'actions/checkout@v4' },
          {
            name: `Fetch ${service}`,
            env: packageEnvironment(source, `\${{ needs.publish.outputs.${ids.get(service)} }}`),
            run: fetchScript(service, source),
          },
          {
            uses,
            ...(secrets.length > 0 && { env: secretsOf(secrets) }),
            with: {
              verb: 'run',
              environment,
              ...(config !== undefined && { config }),
              only: service,
              hosts: names.join(','),
              // A canary's job watches it by the file's own words; every other job is one batch.
              ...(!canary && { batches: 'max' }),
              ...(snapshots && fresh.length < names.length && { 'snapshot-of': fresh.join(',') || 'none' }),
              ...(closed && { confirm: environment }),
            },
          },
        ],
      };
      before = name;
    }
  const document = {
    name: `Deploy ${environment}`,
    on: { workflow_dispatch: {} },
    concurrency: { group: `deploy-${environment}` },
    jobs,
  };
  return `# Written by: deploy-binary matrix ${environment}. Write it again after a change of ${config ?? 'deploy.yaml'}.
# Secrets of the repository: PACKAGES_TOKEN, which may write packages${secrets.length > 0 ? `, and ${secrets.join(', ')}` : ''}.
# What a failure takes back are hosts of the job that fails: those of the jobs before it keep the new release.
${yaml.stringify(document, { lineWidth: 0 })}`;
}

/** Names of the environment variables that the file takes values from. */
function referencesOf({ values }: DeployFile, environment: string): string[] {
  const entry = values.environments[environment];
  const texts = JSON.stringify([values.services, entry ?? {}]);
  const named = [...texts.matchAll(/\$\{env:(\w+)\}/g), ...texts.matchAll(/"pass(?:word|phrase)-env":"(\w+)"/g)];
  return [...new Set(named.map(([, name]) => name!))];
}

/** An id for each service: a dot has a meaning in expressions, a digit cannot begin one, and case makes no difference there. */
function jobIds(services: readonly string[]): ReadonlyMap<string, string> {
  const ids = new Map<string, string>();
  for (const service of services) {
    const plain = service.replace(/[^A-Za-z0-9_-]/g, '_').replace(/^(?=\d)/, '_');
    let id = plain;
    const taken = new Set([...ids.values()].map((one) => one.toLowerCase()));
    for (let count = 2; taken.has(id.toLowerCase()); count++) id = `${plain}_${count}`;
    ids.set(service, id);
  }
  return ids;
}

const secretsOf = (names: readonly string[]) =>
  Object.fromEntries(names.map((name) => [name, `\${{ secrets.${name} }}`]));

/** Splits a text of deploy.yaml at what is filled in later: every other part is such a reference. */
const parts = (text: string): string[] => text.split(/(\$?\$\{[^}]*\}?)/);
const namedIn = (part: string): string | undefined => /^\$\{env:(\w+)\}$/.exec(part)?.[1];

/** A text of deploy.yaml as a word of the shell: what it takes from the environment is in a variable there as well. */
const shellWord = (text: string): string =>
  parts(text)
    .map((part) => {
      const name = namedIn(part);
      return name === undefined ? (part === '' ? '' : quote(part.replace(/^\$(?=\$\{)/, ''))) : `"$${name}"`;
    })
    .join('');

const packageEnvironment = (source: string, sha256?: string) => ({
  ...secretsOf(parts(source).flatMap((part) => namedIn(part) ?? [])),
  TOKEN: '${{ secrets.PACKAGES_TOKEN }}',
  PACKAGES: '${{ github.server_url }}/api/packages/${{ github.repository_owner }}/generic',
  ...(sha256 !== undefined && { SHA256: sha256 }),
});

/**
 * Asks the registry by curl with the token on its standard input: arguments are seen by every user of a runner. A registry whose
 * files lie in an object store leads there; curl takes no token along to another host.
 */
const askFunction = `ask() { printf 'header = "Authorization: token %s"\\n' "$TOKEN" | curl -K - -sSL --retry 3 "$@"; }`;

/** The version of the package is the sha256: what is there already is the same file, and is not sent again. */
function publishJob(
  { services }: Rollout,
  ids: ReadonlyMap<string, string>,
  build: string | undefined,
  runsOn: string,
) {
  const steps = services.map(({ service, batches }) => {
    const source = batches[0]![0]!.settings.source;
    return {
      name: `Publish ${service}`,
      id: ids.get(service),
      env: packageEnvironment(source),
      run: [
        'set -eu',
        askFunction,
        'status() { ask -o /dev/null -w \'%{http_code}\' "$@"; }',
        `sha256=$(sha256sum <${shellWord(source)} | cut -d ' ' -f 1)`,
        `url="$PACKAGES/${encodeURIComponent(service)}/$sha256/binary"`,
        'code=$(status -r 0-0 "$url")',
        `case $code in 200|206) ;; *) code=$(status -T ${shellWord(source)} "$url") ;; esac`,
        'case $code in 200|206|201|409) ;; *) echo "The package registry answered $code to $url." >&2; exit 1 ;; esac',
        'echo "sha256=$sha256" >>"$GITHUB_OUTPUT"',
      ].join('\n'),
    };
  });
  return {
    'runs-on': runsOn,
    outputs: Object.fromEntries(
      services.map(({ service }) => [ids.get(service), `\${{ steps.${ids.get(service)}.outputs.sha256 }}`]),
    ),
    steps: [
      { uses: 'actions/checkout@v4' },
      {
        name: 'Build',
        run: build ?? 'echo "Say how the binaries are built: deploy-binary matrix --build" >&2; exit 1',
      },
      ...steps,
    ],
  };
}

const fetchScript = (service: string, source: string): string =>
  [
    'set -eu',
    `mkdir -p "$(dirname ${shellWord(source)})"`,
    askFunction,
    `ask -f -o ${shellWord(source)} "$PACKAGES/${encodeURIComponent(service)}/$SHA256/binary"`,
    `printf '%s  %s\\n' "$SHA256" ${shellWord(source)} | sha256sum -c -`,
    `chmod +x ${shellWord(source)}`,
  ].join('\n');
