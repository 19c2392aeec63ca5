import { Socket } from 'node:net';
import type { SshTarget } from './target.ts';

/**
 * A connection that is being made. What is written to it in one turn leaves together: ssh2 writes length, body and tag of a packet one
 * by one, each of which would be a system call and, without Nagle's delay, a segment of its own on the wire.
 */
export function dial({ host, port }: Pick<SshTarget, 'host' | 'port'>): Socket {
  // A request behind another one would wait until the host has acknowledged that: a round trip, and 40 ms where it is in no hurry.
  const socket = new Socket().setNoDelay(true).connect(port, host);
  // A class of its own would not do: `connect` sets `write` back to Socket's.
  const write = socket.write.bind(socket) as (...given: unknown[]) => boolean;
  let held = false;
  socket.write = (...given: unknown[]) => {
    if (!held) {
      held = true;
      socket.cork();
      process.nextTick(() => {
        held = false;
        socket.uncork();
      });
    }
    return write(...given);
  };
  return socket;
}
