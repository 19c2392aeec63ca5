export type Severity = 'critical' | 'error' | 'warning' | 'note';

/** Something a tool found. `code` is a stable word; docs/findings.md has a section for each. */
export interface Finding {
  readonly code: string;
  readonly severity: Severity;
  /** What it is about: a run, a host, a submodule's path. */
  readonly subject: string;
  /** One sentence: what is wrong. */
  readonly message: string;
  /** The rows, values and answers the sentence rests on. */
  readonly evidence: readonly string[];
  /** The next step, a command where there is one. */
  readonly fix: string;
}
