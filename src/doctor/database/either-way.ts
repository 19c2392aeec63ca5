/**
 * Opens a server with TLS and, if that is refused, without, or the other way round: `prefer` and `allow`, as libpq
 * (https://www.postgresql.org/docs/current/libpq-ssl.html) and MySQL's programs understand them.
 *
 * @param ways what to try, in order: true is with TLS
 * @param mayDiffer is this refusal one that the other way may not meet?
 * @throws what the encrypted try failed with, unless the server does not speak TLS at all
 */
export async function openEitherWay<T>(
  ways: readonly boolean[],
  open: (encrypted: boolean) => Promise<T>,
  mayDiffer: (error: unknown) => boolean,
): Promise<T> {
  const [first, second] = ways as [boolean, boolean?];
  if (second === undefined) return open(first);
  return open(first).catch(async (refused) => {
    if (!mayDiffer((refused as Error).cause)) throw refused;
    return open(second).catch((error) => {
      const [encrypted, plain] = first ? [refused, error] : [error, refused];
      throw speaksNoTls(encrypted.cause) ? plain : encrypted;
    });
  });
}

/** PostgreSQL's driver has no code for it, MySQL's has. */
const speaksNoTls = (error: unknown): boolean =>
  /does not support (?:SSL|secure)/.test((error as Error)?.message ?? '');

/** TLS was refused by the server, or did not come about: nothing is known yet of user and password. */
export const isTlsFailure = (error: unknown): boolean => {
  const { code = '' } = (error ?? {}) as { code?: string };
  return (
    speaksNoTls(error) || /^(?:ERR_(?:SSL|TLS)|CERT_|EPROTO|HANDSHAKE_|SELF_SIGNED|DEPTH_ZERO|UNABLE_TO)/.test(code)
  );
};
