import { expect, test } from 'vitest';
import { unknown } from '../../src/common/errors.ts';
import { Connection } from '../../src/deploy/connection.ts';
import type { Host } from '../../src/deploy/host/host.ts';
import { Refusal } from '../../src/deploy/host/refusal.ts';

const done = { code: 0, signal: null, stdout: '', stderr: '' };

/** A way in whose first connections fail with these errors. */
function failing(...errors: Error[]) {
  let attempts = 0;
  const connect = async (): Promise<Host> => {
    const error = errors[attempts++];
    if (error) throw error;
    return { name: 'host', run: async () => done, close: async () => {} };
  };
  const connection = new Connection('host', connect, { attempts: 3, pauseMs: 1 });
  return { connection, attempts: () => attempts };
}

test('a way in that breaks is tried again, for as long as it was told', async () => {
  const lost = unknown('The connection was lost.', 'Try again.');
  const { connection, attempts } = failing(lost, lost);
  expect(await connection.steadily(() => connection.run(['true']))).toEqual(done);
  expect(attempts()).toBe(3);
  const broken = failing(lost, lost, lost, lost);
  await expect(broken.connection.steadily(() => broken.connection.run(['true']))).rejects.toBe(lost);
  expect(broken.attempts()).toBe(3);
});

test('a host that was given up fails at once, until it is woken', async () => {
  const lost = unknown('The connection was lost.', 'Try again.');
  let dead = false;
  let attempts = 0;
  const host: Host = {
    name: 'host',
    run: async () => {
      if (dead) throw lost;
      return done;
    },
    close: async () => {},
  };
  const connect = async () => {
    attempts++;
    if (dead) throw lost;
    return host;
  };
  const connection = new Connection('host', connect, { attempts: 3, pauseMs: 1 });
  const ask = () => connection.steadily(() => connection.run(['true']));
  expect(await ask()).toEqual(done);
  dead = true;
  await expect(ask()).rejects.toBe(lost);
  expect(attempts).toBe(3);
  await expect(ask()).rejects.toBe(lost);
  await expect(connection.run(['true'])).rejects.toBe(lost);
  expect(await connection.wake()).toBe(false);
  expect(attempts).toBe(4);
  dead = false;
  await expect(ask()).rejects.toBe(lost);
  expect(await connection.wake()).toBe(true);
  expect(await ask()).toEqual(done);
});

test('a way in that says no is not asked again', async () => {
  const no = new Refusal('It lets deploy not in.', 'Check the key.');
  const { connection, attempts } = failing(no);
  await expect(connection.steadily(() => connection.run(['true']))).rejects.toBe(no);
  expect(attempts()).toBe(1);
  expect(no.exit).toBe(2);
});

test('one that never worked is given up sooner, and each new attempt is told', async () => {
  const lost = unknown('Nothing listens.', 'Check the port.');
  const errors = [lost, lost, lost];
  const told: string[] = [];
  const host: Host = { name: 'host', run: async () => done, close: async () => {} };
  const connection = new Connection(
    'host',
    async () => {
      const error = errors.shift();
      if (error) throw error;
      return host;
    },
    { attempts: 4, first: 2, pauseMs: 1, onRetry: (name) => void told.push(name) },
  );
  await expect(connection.steadily(() => connection.run(['true']))).rejects.toBe(lost);
  expect(told).toEqual(['host']);
  expect(errors).toHaveLength(1);
  errors.pop();
  await connection.wake();
  expect(await connection.steadily(() => connection.run(['true']))).toEqual(done);
  await connection.close();
  errors.push(lost, lost, lost);
  expect(await connection.steadily(() => connection.run(['true']))).toEqual(done);
});
