import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { problem } from '../../common/errors.ts';
import type { Host } from './host.ts';
import { type Environment, runProcess } from './process.ts';

/** This machine. Programs get `env` with the C locale. */
export function localHost(env: Environment): Host {
  return {
    name: 'local',
    networked: false,
    run: (argv, options) => runProcess(argv, env, options),
    forward: connectTo,
    close: async () => {},
  };
}

/** The system itself tries for two minutes, which would keep the process for as long. */
function connectTo(address: string, port: number, signal?: AbortSignal): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: address, port, ...(signal && { signal }) });
    socket.once('connect', () => {
      socket.removeAllListeners('error');
      resolve(socket);
    });
    socket.once('error', (error) =>
      reject(
        problem(
          `${address} port ${port} cannot be reached: ${error.message}`,
          'Check that something listens there.',
          error,
        ),
      ),
    );
  });
}
