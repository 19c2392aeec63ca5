import { createHash } from 'node:crypto';
import { quoteAll } from '../common/quote.ts';
import type { Connection } from './connection.ts';
import type { RunOptions, RunResult } from './host/host.ts';
import type { Layout } from './layout.ts';
import { commandFailed, type Privilege } from './privilege.ts';

const commandTimeoutMs = 60_000;

/** The target's place on a host, with the right to work there. */
export class Remote {
  readonly connection: Connection;
  readonly layout: Layout;
  readonly privilege: Privilege;
  /** A directory of the connected user's own: beside the target, or in its home where another user owns what is there. */
  readonly workDirectory: string;

  constructor(connection: Connection, layout: Layout, privilege: Privilege, home: string) {
    this.connection = connection;
    this.layout = layout;
    this.privilege = privilege;
    const key = createHash('sha256').update(layout.target).digest('hex').slice(0, 12);
    this.workDirectory = privilege.writer === null ? layout.directory : `${home}/.cache/deploy-binary/${key}`;
  }

  get name(): string {
    return this.connection.name;
  }

  /** Runs a command and hands over what became of it. */
  async ask(argv: readonly string[], options: RunOptions = {}): Promise<RunResult> {
    return await this.connection.run(argv, { timeoutMs: commandTimeoutMs, ...options });
  }

  /** Runs a command that must succeed. `what` is the work in words: "Keeping the present release". */
  async must(what: string, argv: readonly string[], options?: RunOptions): Promise<string> {
    const result = await this.ask(argv, options);
    if (result.code !== 0) throw commandFailed(this.name, what, argv, result);
    return result.stdout;
  }

  /** A command on the target's files that must succeed. */
  async files(what: string, argv: readonly string[], options?: RunOptions): Promise<string> {
    return await this.must(what, this.privilege.files(argv), options);
  }

  /** Commands on the target's files, one after the other in one round trip, that must all succeed. */
  async inTurn(what: string, commands: readonly (readonly string[])[], options?: RunOptions): Promise<string> {
    const line = commands.map((argv) => quoteAll(this.privilege.files(argv))).join(' && ');
    return await this.must(what, ['sh', '-c', line], options);
  }

  /**
   * Writes a small file beside the target. Always a new one: what a connection that only seems dead still holds open could get its
   * bytes late, and could not be executed.
   */
  async write(what: string, path: string, text: string): Promise<void> {
    await this.inTurn(what, writeCommands(path), { stdin: Buffer.from(text), onStdout: () => {} });
  }
}

export const writeCommands = (path: string): readonly (readonly string[])[] => [
  ['rm', '-f', '--', path],
  ['tee', '--', path],
];
