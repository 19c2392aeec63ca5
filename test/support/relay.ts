import { connect, createServer, type Socket } from 'node:net';

export type Direction = 'up' | 'down';

/** Something that goes wrong once a number of bytes went one way. */
export interface Fault {
  /** `up` is from the client to the server. */
  readonly direction: Direction;
  /** Bytes, counted over one connection, that still pass. */
  readonly after: number;
  /** cut: both sides see a reset; stall: nothing moves any more, nobody is told; truncate: the rest is dropped and the stream ends cleanly. */
  readonly kind: 'cut' | 'stall' | 'truncate';
}

export interface RelayOptions {
  readonly to: { readonly host?: string; readonly port: number };
  /** Milliseconds each way. */
  readonly delayMs?: number;
  /** Bytes per second each way, of each connection. */
  readonly rate?: number;
  /** The rate is that of all connections together: one link. */
  readonly oneLink?: boolean;
  /** Asked for each connection, counted from 0. */
  readonly fault?: (connection: number) => Fault | undefined;
}

export interface Relay {
  readonly port: number;
  /** Bytes that passed, over all connections. */
  readonly bytes: Readonly<Record<Direction, number>>;
  /** Connections so far. */
  readonly connections: number;
  /** How many faults came to pass. */
  readonly faults: number;
  /** From now on; connections that are open keep what they were given. */
  setFault(fault: RelayOptions['fault']): void;
  /** Resets every open connection. */
  cut(): void;
  close(): Promise<void>;
}

/** How much may wait in the relay before the sender is held back, in milliseconds of its rate: a router's queue. */
const queueMs = 100;

/** A TCP relay that delays, paces and breaks what goes through it. */
export async function startRelay({
  to,
  delayMs = 0,
  rate = Number.POSITIVE_INFINITY,
  oneLink = false,
  fault,
}: RelayOptions): Promise<Relay> {
  const bytes = { up: 0, down: 0 };
  const open = new Set<Socket>();
  const link = { up: { freeAt: 0 }, down: { freeAt: 0 } };
  let connections = 0;
  let faults = 0;
  let faultFor = fault;

  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    const broken = faultFor?.(connections);
    connections += 1;
    const upstream = connect({ host: to.host ?? '127.0.0.1', port: to.port, allowHalfOpen: true, noDelay: true });
    const cut = () => {
      client.resetAndDestroy();
      upstream.resetAndDestroy();
    };
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.on('error', cut);
      socket.on('close', () => {
        open.delete(socket);
        // A reset of one side resets the other; an orderly end was passed on as one.
        if (!client.readableEnded || !upstream.readableEnded) cut();
      });
    }
    let stalled = false;
    const pump = (from: Socket, target: Socket, direction: Direction) => {
      let passed = 0;
      let ended = false;
      const line = new Line(target, delayMs, rate, oneLink ? link[direction] : { freeAt: 0 }, () => stalled);
      from.on('data', (data: Buffer) => {
        if (ended || stalled) return;
        let chunk = data;
        const due = broken?.direction === direction && passed + data.length >= broken.after;
        if (due) chunk = data.subarray(0, Math.max(0, broken.after - passed));
        passed += chunk.length;
        bytes[direction] += chunk.length;
        if (chunk.length > 0) line.send(chunk, from);
        if (!due) return;
        faults += 1;
        ended = true;
        if (broken.kind === 'cut') line.finally(cut);
        else if (broken.kind === 'truncate') line.finally(() => target.end());
        else
          line.finally(() => {
            stalled = true;
          });
      });
      from.on('end', () => {
        if (!ended && !stalled) line.finally(() => target.end());
      });
    };
    pump(client, upstream, 'up');
    pump(upstream, client, 'down');
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const cutAll = () => {
    for (const socket of open) socket.resetAndDestroy();
  };
  return {
    port: (server.address() as { port: number }).port,
    bytes,
    get connections() {
      return connections;
    },
    get faults() {
      return faults;
    },
    setFault: (next) => {
      faultFor = next;
    },
    cut: cutAll,
    close: () => {
      cutAll();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** One direction of a slow link: chunks leave in order, no faster than the rate, and arrive after the delay. */
class Line {
  readonly #target: Socket;
  readonly #delayMs: number;
  readonly #rate: number;
  readonly #pace: { freeAt: number };
  readonly #stalled: () => boolean;
  readonly #queue: { readonly at: number; readonly arrive: () => void }[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(target: Socket, delayMs: number, rate: number, pace: { freeAt: number }, stalled: () => boolean) {
    this.#target = target;
    this.#delayMs = delayMs;
    this.#rate = rate;
    this.#pace = pace;
    this.#stalled = stalled;
  }

  send(chunk: Buffer, from: Socket): void {
    const now = performance.now();
    this.#pace.freeAt = Math.max(now, this.#pace.freeAt) + (chunk.length / this.#rate) * 1000;
    this.#push(this.#pace.freeAt + this.#delayMs, () => {
      if (this.#stalled() || this.#target.destroyed) return;
      if (!this.#target.write(chunk)) {
        from.pause();
        this.#target.once('drain', () => from.resume());
      }
    });
    const ahead = this.#pace.freeAt - now - queueMs;
    if (ahead > 0) {
      from.pause();
      setTimeout(() => from.resume(), ahead);
    }
  }

  /** Does something when everything sent so far has arrived. */
  finally(action: () => void): void {
    this.#push(Math.max(performance.now(), this.#pace.freeAt) + this.#delayMs, action);
  }

  #push(at: number, arrive: () => void): void {
    if (this.#delayMs === 0 && this.#rate === Number.POSITIVE_INFINITY) {
      arrive();
      return;
    }
    this.#queue.push({ at, arrive });
    if (!this.#timer) this.#wait();
  }

  #wait(): void {
    const next = this.#queue[0];
    if (!next) {
      this.#timer = undefined;
      return;
    }
    this.#timer = setTimeout(
      () => {
        const now = performance.now();
        while (this.#queue[0] && this.#queue[0].at <= now) this.#queue.shift()!.arrive();
        this.#wait();
      },
      Math.max(0, next.at - performance.now()),
    );
  }
}
