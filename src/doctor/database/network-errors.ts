import { messageOf, type ToolError, unknown } from '../../common/errors.ts';

/** Where a person goes on who cannot reach this kind of server. */
export interface NetworkHints {
  /** How it is told where to listen. */
  readonly listening: string;
  readonly socket: string;
  /** How TLS is switched off, and switched on in the server. */
  readonly noTls: string;
  /** How an authority is given. */
  readonly authority: string;
}

const unreachable = ['ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH'];
const network = new Set([...unreachable, 'ECONNREFUSED', 'ECONNRESET', 'EPIPE']);

export const isNetworkError = (error: unknown): boolean => network.has((error as { code?: string }).code ?? '');

/** Why a server cannot be reached, or its certificate is not taken; undefined when it is about something else. */
export function networkError(error: unknown, place: string, hints: NetworkHints): ToolError | undefined {
  const { code = '' } = error as { code?: string };
  const text = messageOf(error);
  const fail = (what: string, fix: string) => unknown(`${place}: ${what}`, fix, error);
  switch (code) {
    case 'ECONNREFUSED':
      return fail('nothing listens there.', `Check host and port, and ${hints.listening}.`);
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return fail('the host name cannot be resolved.', 'Check the spelling and the DNS of this machine.');
    case 'ENOENT':
      return fail('there is no such socket.', hints.socket);
    case 'EACCES':
      return fail(`the socket may not be opened (${text}).`, 'Run as a user who may, or connect by host and port.');
  }
  if (
    ['ECONNRESET', 'EPIPE', 'PROTOCOL_CONNECTION_LOST'].includes(code) ||
    (/^Connection terminated/.test(text) && !/timeout/.test(text))
  )
    return fail(
      `the connection broke (${text}).`,
      'Look whether the server runs, and run it again. What was not yet committed was not changed.',
    );
  if (unreachable.includes(code) || /timeout/i.test(text))
    return fail(
      'no answer in time.',
      'Check host, port and firewall; a database in a container may only listen on its own address.',
    );
  if (/does not support (?:SSL|secure)/.test(text)) return fail('the server does not speak TLS.', hints.noTls);
  if (/certificate|self.signed|altnames|unable to (?:get|verify)/i.test(text))
    return fail(
      `its TLS certificate is not trusted (${text}).`,
      `Give the authority with ${hints.authority}, or check that the host name is the one in the certificate.`,
    );
  return undefined;
}
