import ssh2 from 'ssh2';

type Pair = ReturnType<typeof ssh2.utils.generateKeyPairSync>;
interface PairOptions {
  readonly comment?: string;
  readonly passphrase?: string;
  readonly cipher?: string;
  readonly rounds?: number;
}

/**
 * A new ed25519 key. Of those that ssh2 makes, one in 256 is damaged, and OpenSSH refuses it as well: its public half begins
 * with a zero byte, which ssh2 leaves out as if it were a number. Such a one is made again.
 */
export function newEd25519(options: PairOptions = {}): Pair {
  for (;;) {
    const pair = ssh2.utils.generateKeyPairSync('ed25519', options as never);
    if (!(ssh2.utils.parseKey(pair.private, options.passphrase) instanceof Error)) return pair;
  }
}
