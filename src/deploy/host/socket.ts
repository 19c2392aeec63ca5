import { Duplex } from 'node:stream';
import { ToolError, unknown, usage } from '../../common/errors.ts';
import type { Host } from './host.ts';
import { reach } from './tunnel.ts';

/** What a database driver wants of a socket, on a connection that a host makes. Nothing listens on this machine for it. */
export class ForwardedSocket extends Duplex {
  readonly #host: Host;
  #channel: Duplex | undefined;
  #waiting: (() => void) | undefined;

  constructor(host: Host) {
    super();
    this.#host = host;
  }

  /** Emits `connect`, or `error`. A path of a socket in the file system cannot be forwarded. */
  connect(port: number | string, address = 'localhost'): this {
    const dial = Number.isInteger(Number(port))
      ? reach(this.#host, address, Number(port))
      : Promise.reject(
          usage(
            `A socket in the file system (${port}) cannot be reached through ${this.#host.name}.`,
            'Give host and port of the database.',
          ),
        );
    dial.then(
      (channel) => {
        if (this.destroyed) return channel.destroy();
        this.#channel = channel;
        this.#waiting?.();
        channel.on('data', (chunk) => {
          if (!this.push(chunk)) channel.pause();
        });
        channel.on('end', () => this.push(null));
        channel.on('error', (error) => this.destroy(unanswered(error)));
        channel.on('close', () => this.destroy());
        return this.emit('connect');
      },
      (error: Error) => this.destroy(unanswered(error)),
    );
    return this;
  }

  override _read(): void {
    this.#channel?.resume();
  }

  override _write(chunk: Buffer, encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    if (this.#channel) this.#channel.write(chunk, encoding, done);
    else this.#waiting = () => this.#channel!.write(chunk, encoding, done);
  }

  override _final(done: () => void): void {
    this.#channel ? this.#channel.end(done) : done();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#channel?.destroy();
    done(error);
  }

  // The connection below has settings of its own.
  setNoDelay = () => this;
  setKeepAlive = () => this;
  setTimeout = () => this;
  ref = () => this;
  unref = () => this;
}

/** A server that does not answer is a known problem of its port; whoever asks the server could not tell. */
const unanswered = (error: Error): Error =>
  error instanceof ToolError && error.kind === 'problem' ? unknown(error.message, error.fix, error) : error;
