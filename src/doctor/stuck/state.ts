/** The rows that hold a run, as the classification and the repairs see them. Times in Unix seconds. */
export interface RunState {
  readonly id: number;
  readonly index: number;
  readonly title: string;
  readonly workflow: string;
  readonly repositoryId: number;
  readonly ownerId: number;
  /** `owner/name`; null when the repository's row is gone. */
  readonly repository: string | null;
  readonly needApproval: boolean;
  readonly status: number;
  readonly version: number;
  readonly started: number;
  readonly stopped: number;
  readonly updated: number;
  readonly jobs: readonly JobState[];
  /** Tasks at 0 or 6 of these jobs that their job does not name as its own any more. */
  readonly strays: readonly TaskState[];
}

export interface JobState {
  readonly id: number;
  readonly runId: number;
  readonly repositoryId: number;
  readonly ownerId: number;
  readonly name: string;
  /** The job's name in the workflow file, which `needs` refers to; the jobs of a matrix share one. */
  readonly jobId: string;
  readonly needs: readonly string[];
  /** Has an `if:` of its own. Looked up for jobs that are blocked or unknown, false for the others. */
  readonly ownIf: boolean;
  /** Calls a reusable workflow, or its matrix or labels are not known yet: only the server can resolve it. Looked up as `ownIf`. */
  readonly serverOnly: boolean;
  readonly attempt: number;
  /** Where the generation has one. */
  readonly handle: string | null;
  readonly taskId: number;
  readonly status: number;
  readonly started: number;
  readonly stopped: number;
  readonly updated: number;
  /** The task that `taskId` names; null when there is none, or its row is gone. */
  readonly task: TaskState | null;
}

export interface TaskState {
  readonly id: number;
  readonly jobId: number;
  readonly status: number;
  readonly started: number;
  readonly stopped: number;
  /** The heartbeat. */
  readonly updated: number;
  readonly logLength: number;
  readonly runner: RunnerState | null;
}

export interface RunnerState {
  readonly id: number;
  readonly name: string;
  readonly lastOnline: number;
}

/** Everything open on the instance, seen at one moment. */
export interface Look {
  readonly now: number;
  readonly runs: readonly RunState[];
  /** Tasks at 0 or 6 whose job's row is gone. */
  readonly orphanTasks: readonly TaskState[];
}
