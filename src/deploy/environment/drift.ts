import { messageOf, ToolError } from '../../common/errors.ts';
import type { Finding } from '../../common/finding.ts';
import type { Connection } from '../connection.ts';
import type { Work } from '../deploy.ts';
import { assess, proverOf, releaseOf } from '../deployment.ts';
import { hashOnHost } from '../files.ts';
import { prove } from '../prove.ts';
import type { Release } from '../state.ts';
import { notAsked } from '../verbs.ts';

/** A host as it was found by `verify`. */
export interface Verified {
  readonly host: string;
  readonly service: string;
  /** Computed from the file, not remembered. */
  readonly sha256: string | null;
  readonly release: string | null;
  /** When the file was last written, ISO 8601. */
  readonly modified: string | null;
  readonly evidence: string;
  readonly findings: readonly Finding[];
  /** It could not be asked. */
  readonly unknown: boolean;
}

/** A file is written while it is brought, which may begin some time after its record; clocks are the host's alone. */
const before = 60;
const after = 3_600;

/** Compares a host with what was deployed to it and with what deploy.yaml says. Changes nothing. */
export async function verifyHost(service: string, connection: Connection, work: Work): Promise<Verified> {
  const host = connection.name;
  const findings: Finding[] = [];
  const find = (code: string, message: string, evidence: readonly string[], fix: string) =>
    findings.push({
      code: `drift/${code}`,
      severity: 'error',
      subject: `${service} on ${host}`,
      message,
      evidence,
      fix,
    });
  const again = `Deploy again: deploy-binary run, with --only ${service}.`;
  try {
    const situation = await assess(connection, work.settings, null, work.local);
    const { facts, state, remote } = situation;
    const { target } = facts;
    if (target.file === null) {
      find('missing', `there is no ${work.settings.target}`, [], again);
      return { host, service, sha256: null, release: null, modified: null, evidence: '', findings, unknown: false };
    }
    const sha256 = await connection.steadily(() => hashOnHost(remote, target.path));
    const current = state.releases.find(({ id }) => id === state.current) ?? null;
    const release = releaseOf(state, sha256);
    if (current && current.sha256 !== sha256)
      find(
        'other-file',
        `${target.path} is not what was deployed last`,
        [`deployed: ${current.id} ${current.sha256}`, `there: ${release?.id ?? 'no release'} ${sha256}`],
        'Find out who wrote it, then deploy again.',
      );
    else if (!current) find('not-recorded', `${target.path} was not deployed by this tool`, [sha256], again);
    if (state.pending) find('half-done', `a deploy of ${state.pending.id} died half-way`, [state.pending.at], again);
    const changed = current && current.sha256 === sha256 ? timeOf(current, target.file.mtime) : null;
    if (changed)
      find(
        'time',
        `${target.path} was written at another time than it was deployed`,
        changed,
        'Find out who touched it.',
      );
    const { owner, mode } = work.settings;
    const [user, group] = (owner ?? '').split(':');
    const [hasUser, hasGroup] = (target.owner ?? '').split(':');
    if ((user && user !== hasUser) || (group && group !== hasGroup))
      find('owner', `${target.path} belongs to ${target.owner}, not to ${owner}`, [], again);
    if (mode !== undefined && Number.parseInt(mode, 8) !== Number.parseInt(target.mode ?? '', 8))
      find('mode', `${target.path} has mode ${target.mode}, not ${mode}`, [], again);
    const shared = {
      host,
      service,
      sha256,
      release: release?.id ?? null,
      modified: new Date(target.file.mtime * 1000).toISOString(),
    };
    try {
      const proof = await prove(await proverOf(situation), { fresh: false });
      return { ...shared, evidence: proof.evidence, findings, unknown: false };
    } catch (error) {
      if (!(error instanceof ToolError) || error.kind !== 'problem') throw error;
      find('not-healthy', messageOf(error), [], error.fix);
      return { ...shared, evidence: '', findings, unknown: false };
    }
  } catch (error) {
    return notVerified(service, host, error);
  }
}

/** A host that was not looked at. One that belongs to another environment is a known problem. */
export function notVerified(service: string, host: string, error: unknown): Verified {
  const finding: Finding = {
    code: 'drift/not-known',
    severity: 'error',
    subject: `${service} on ${host}`,
    message: `it could not be looked at: ${messageOf(error)}`,
    evidence: [],
    fix: error instanceof ToolError ? error.fix : 'Try again.',
  };
  const nothing = { sha256: null, release: null, modified: null, evidence: '' };
  return { host, service, ...nothing, findings: [finding], unknown: notAsked(host, error).unknown };
}

function timeOf({ at }: Release, mtime: number): string[] | null {
  const deployed = Date.parse(at) / 1000;
  if (mtime >= deployed - before && mtime <= deployed + after) return null;
  return [`deployed: ${at}`, `written: ${new Date(mtime * 1000).toISOString()}`];
}

/** Hosts of one service that run another file than most of them do. */
export function strays(hosts: readonly Verified[]): Finding[] {
  const found: Finding[] = [];
  for (const service of new Set(hosts.map((one) => one.service))) {
    const own = hosts.filter((one) => one.service === service && one.sha256 !== null);
    const counts = new Map<string, number>();
    for (const { sha256 } of own) counts.set(sha256!, (counts.get(sha256!) ?? 0) + 1);
    const [most] = [...counts].sort(([, a], [, b]) => b - a)[0] ?? [];
    for (const { host, sha256, release } of own)
      if (sha256 !== most)
        found.push({
          code: 'drift/other-release',
          severity: 'error',
          subject: `${service} on ${host}`,
          message: 'it runs another release than most hosts do',
          evidence: [`here: ${release ?? sha256}`, `most: ${own.find((one) => one.sha256 === most)!.release ?? most}`],
          fix: `Deploy again: deploy-binary run, with --only ${service}.`,
        });
  }
  return found;
}
