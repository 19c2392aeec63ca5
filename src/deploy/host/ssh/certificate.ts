import ssh2, {
  type Client,
  type IdentityCallback,
  type ParsedKey,
  type SignCallback,
  type SigningRequestOptions,
} from 'ssh2';
import { usage } from '../../../common/errors.ts';

/** A user certificate of OpenSSH (PROTOCOL.certkeys). */
export interface Certificate {
  /** Where it came from: a path, or `given as text`. */
  readonly name: string;
  /** The certificate in SSH wire form. */
  readonly blob: Buffer;
  /** The public key that it certifies, in SSH wire form. */
  readonly publicKey: Buffer;
  /** In words, for whoever reads why it was refused: `certificate "runner" for deploy, until 2027-01-01T00:00:00Z`. */
  readonly words: string;
}

const suffix = '-cert-v01@openssh.com';
/** Fields of the public key within the certificate, which stand behind type and nonce. */
const keyFields: Readonly<Record<string, number>> = {
  'ssh-ed25519': 1,
  'ssh-rsa': 2,
  'ecdsa-sha2-nistp256': 2,
  'ecdsa-sha2-nistp384': 2,
  'ecdsa-sha2-nistp521': 2,
};

/**
 * Reads what `ssh-keygen -s` wrote: `ssh-ed25519-cert-v01@openssh.com AAAA… comment`.
 *
 * @throws ToolError of kind `usage`
 */
export function readCertificate(text: string, name: string): Certificate {
  const [type = '', base64 = ''] = text.trim().split(/\s+/);
  const plain = type.endsWith(suffix) ? type.slice(0, -suffix.length) : '';
  const fields = keyFields[plain];
  if (fields === undefined) throw notOne(name, `it begins with "${type.slice(0, 40)}"`);
  const blob = Buffer.from(base64, 'base64');
  try {
    const wire = new Wire(blob);
    if (wire.string().toString('latin1') !== type) throw new RangeError('its type differs from the word before it');
    wire.string(); // nonce
    const publicKey = Buffer.concat([
      sshString(plain),
      ...Array.from({ length: fields }, () => sshString(wire.string())),
    ]);
    wire.take(8); // serial
    if (wire.take(4).readUInt32BE(0) !== 1) throw new RangeError('it certifies a host, not a user');
    const id = wire.string().toString('utf8');
    const principals = new Wire(wire.string());
    const users: string[] = [];
    while (!principals.ended) users.push(principals.string().toString('utf8'));
    const [from, until] = [wire.take(8).readBigUInt64BE(0), wire.take(8).readBigUInt64BE(0)];
    const whom = users.length === 0 ? 'anybody' : users.join(', ');
    return { name, blob, publicKey, words: `certificate "${id}" for ${whom}${period(from, until)}` };
  } catch (error) {
    throw notOne(name, error instanceof RangeError ? error.message : String(error));
  }
}

const never = 2n ** 64n - 1n;
const instant = (seconds: bigint) => new Date(Number(seconds) * 1000).toISOString().replace('.000', '');
const period = (from: bigint, until: bigint): string =>
  `${from === 0n ? '' : `, from ${instant(from)}`}${until === never ? '' : `, until ${instant(until)}`}`;

const notOne = (name: string, why: string) =>
  usage(
    `The certificate ${name} is no user certificate of OpenSSH: ${why}.`,
    'Pass the file KEY-cert.pub that ssh-keygen -s wrote.',
  );

/** Signs in with a key and its certificate. To ssh2 it looks like an agent: only an agent is asked to sign for a foreign type. */
export class CertifiedAgent extends ssh2.BaseAgent<ParsedKey> {
  readonly #key: ParsedKey;
  readonly #certified: ParsedKey;
  readonly #client: () => Client | null;
  readonly #plain: string;

  constructor(key: ParsedKey, { blob }: Certificate, client: () => Client | null) {
    super();
    this.#key = key;
    this.#client = client;
    // An RSA key signs with SHA-2 since OpenSSH 7.2; its certificates keep the old name inside.
    this.#plain = key.type === 'ssh-rsa' ? 'rsa-sha2-512' : key.type;
    this.#certified = Object.create(key, {
      type: { value: `${this.#plain}${suffix}` },
      getPublicSSH: { value: () => blob },
    }) as ParsedKey;
  }

  override getIdentities(callback: IdentityCallback<ParsedKey>): void {
    callback(undefined, [this.#certified]);
  }

  override sign(
    _: ParsedKey,
    data: Buffer,
    options: SigningRequestOptions | SignCallback,
    callback?: SignCallback,
  ): void {
    const done = typeof options === 'function' ? options : callback!;
    const signature = this.#key.sign(data, this.#key.type === 'ssh-rsa' ? 'sha512' : undefined) as Buffer | Error;
    const client = this.#client();
    if (signature instanceof Error || !client)
      return done(signature instanceof Error ? signature : new Error('no connection'));
    signPlainly(client, this.#plain, () =>
      done(undefined, this.#key.type.startsWith('ecdsa-') ? fromDer(signature) : signature),
    );
  }
}

interface PacketWriter {
  readonly allocStart: number;
  alloc(length: number): Buffer;
  finalize(packet: Buffer, force?: boolean): Buffer;
}

/**
 * ssh2 1.17 writes the certificate's algorithm into the signature of the request that `reply` makes it send; OpenSSH wants that of
 * the plain key there (PROTOCOL.certkeys: the signature is the key's own). So that one packet is written anew.
 */
function signPlainly(client: Client, plain: string, reply: () => void): void {
  const { write } = (client as unknown as { _protocol: { _packetRW: { write: PacketWriter } } })._protocol._packetRW;
  const own = Object.getOwnPropertyDescriptor(write, 'finalize');
  const { finalize } = write;
  write.finalize = (packet, force) => {
    const wire = new Wire(packet.subarray(write.allocStart));
    wire.take(1); // SSH_MSG_USERAUTH_REQUEST
    for (let field = 0; field < 3; field++) wire.string(); // user, service, method
    wire.take(1); // with a signature
    for (let field = 0; field < 2; field++) wire.string(); // algorithm, certificate
    const head = wire.taken;
    const signature = new Wire(wire.string());
    signature.string();
    const payload = Buffer.concat([head, sshString(Buffer.concat([sshString(plain), sshString(signature.string())]))]);
    const anew = write.alloc(payload.length);
    anew.set(payload, write.allocStart);
    return finalize.call(write, anew, force);
  };
  try {
    reply();
  } finally {
    if (own) Object.defineProperty(write, 'finalize', own);
    else Reflect.deleteProperty(write, 'finalize');
  }
}

/** An ECDSA signature as OpenSSL writes it, SEQUENCE { r, s }, in SSH's form: the same two numbers behind their lengths. */
function fromDer(der: Buffer): Buffer {
  const numbers: Buffer[] = [];
  // The length of a P-521 signature takes two bytes.
  for (let at = der[1]! & 0x80 ? 3 : 2; at < der.length; at += 2 + der[at + 1]!)
    numbers.push(sshString(der.subarray(at + 2, at + 2 + der[at + 1]!)));
  return Buffer.concat(numbers);
}

function sshString(value: string | Buffer): Buffer {
  const bytes = Buffer.from(value as Buffer);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** Reads SSH's wire form (RFC 4251, 5). @throws RangeError behind the end */
class Wire {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get ended(): boolean {
    return this.#at >= this.#bytes.length;
  }

  get taken(): Buffer {
    return this.#bytes.subarray(0, this.#at);
  }

  take(length: number): Buffer {
    if (this.#at + length > this.#bytes.length) throw new RangeError('a part of it is missing');
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  string(): Buffer {
    return this.take(this.take(4).readUInt32BE(0));
  }
}
