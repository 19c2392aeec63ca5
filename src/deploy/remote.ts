import { createHash } from 'node:crypto';
import type { Connection } from './connection.ts';
import type { RunOptions, RunResult } from './host/host.ts';
import type { Layout } from './layout.ts';
import { fed, type Part, sheetOf } from './parts.ts';
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

  /**
   * Parts in one round trip, one after the other, up to the first that fails.
   *
   * @param onOutput told all that the parts have printed so far, whenever there is more
   * @returns what became of each
   * @throws ToolError of kind `problem` for the part that failed
   */
  async together(
    parts: readonly Part[],
    { timeoutMs = commandTimeoutMs, onOutput }: { timeoutMs?: number; onOutput?: (stdout: string) => void } = {},
  ): Promise<readonly RunResult[]> {
    const { argv, stdin, read } = sheetOf(parts);
    const chunks: Buffer[] = [];
    const said = () => Buffer.concat(chunks).toString('utf8');
    const result = await this.ask(argv, {
      timeoutMs,
      ...(stdin && { stdin }),
      ...(onOutput && {
        onStdout: (chunk) => {
          chunks.push(chunk);
          onOutput(said());
        },
      }),
    });
    return this.ended(parts, read(onOutput ? said() : result.stdout, result.stderr), result);
  }

  /** @throws the error of the part that failed, or did not come to an end */
  ended(parts: readonly Part[], results: readonly RunResult[], whole: RunResult): readonly RunResult[] {
    for (const [index, { what, argv, optional, error }] of parts.entries()) {
      const result = results[index] ?? { ...whole, stdout: '' };
      if (results[index] && (result.code === 0 || optional)) continue;
      throw error?.(result) ?? commandFailed(this.name, what, argv, result);
    }
    return results;
  }

  /** A command on the target's files as a part. */
  part(what: string, argv: readonly string[]): Part {
    return { what, argv: this.privilege.files(argv) };
  }

  /**
   * Writes a small file beside the target and gives it its name. Always a new one: what a connection that only seems dead still
   * holds open could get its bytes late, and could not be executed.
   */
  write(what: string, draft: string, path: string, text: string, mode?: string): readonly Part[] {
    const [remove, tee] = writeCommands(draft).map((argv) => this.part(what, argv)) as [Part, Part];
    return [
      remove,
      fed(tee, text),
      ...(mode === undefined ? [] : [this.part(what, ['chmod', mode, '--', draft])]),
      this.part(what, ['mv', '-f', '--', draft, path]),
    ];
  }
}

export const writeCommands = (path: string): readonly (readonly string[])[] => [
  ['rm', '-f', '--', path],
  ['tee', '--', path],
];
