/** The rows that hold a run, as the classification and the repairs see them. Times in Unix seconds. */
export interface RunState {
  /** Negative: no run at all, but the task of that number, whose job's row is gone (see `orphanId`). */
  readonly id: number;
  /** False when the run's own row is gone, and only jobs name it. */
  readonly exists: boolean;
  readonly index: number;
  readonly title: string;
  readonly workflow: string;
  readonly repositoryId: number;
  readonly ownerId: number;
  /** `owner/name`; null when the repository's row is gone. */
  readonly repository: string | null;
  /** False when Actions is switched off in the repository and this server's pick-up stumbles over that (the v17 line). */
  readonly actionsOn: boolean;
  readonly needApproval: boolean;
  /** The group whose other runs this run queues behind; null when it need not. */
  readonly queueGroup: string | null;
  /** Jobs of a run with a higher one are given away first; 0 on servers that know no priority. */
  readonly priority: number;
  readonly status: number;
  readonly version: number;
  readonly started: number;
  readonly stopped: number;
  readonly updated: number;
  readonly jobs: readonly JobState[];
  /** Tasks at 0 or 6 of these jobs that their job does not name as its own any more, or that outlived it. */
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
  /** The labels that a runner must have. */
  readonly runsOn: readonly string[];
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
  /** The task whose end the job holds without naming any (see `loadLostTasks`); null for all other jobs. */
  readonly lostTask: TaskState | null;
}

export interface TaskState {
  readonly id: number;
  readonly jobId: number;
  readonly attempt: number;
  readonly status: number;
  readonly started: number;
  readonly stopped: number;
  /** The heartbeat. */
  readonly updated: number;
  readonly logLength: number;
  /** When the log in the database last grew; null when it is not there. */
  readonly lastLine: number | null;
  readonly runner: RunnerState | null;
}

export interface RunnerState {
  readonly id: number;
  readonly name: string;
  readonly lastOnline: number;
}

/** A registered runner, as far as it matters to who may take which job. */
export interface RunnerOffer extends RunnerState {
  readonly labels: readonly string[];
  /** 0: serves any owner. */
  readonly ownerId: number;
  /** 0: serves any repository of its owner. */
  readonly repositoryId: number;
  /** When it last reported on a task; `lastOnline` also moves when it asks for one. */
  readonly lastActive: number;
  /** How many tasks it has at 6. */
  readonly busy: number;
}

/** Why every attempt to give a waiting job to a runner fails, and with it the fetch of whoever asked. */
export type Poison = 'run' | 'repository' | 'actions' | 'payload';

/** A waiting job that no runner can be given. */
export interface PoisonedJob {
  readonly id: number;
  readonly runId: number;
  readonly repositoryId: number;
  readonly ownerId: number;
  readonly runsOn: readonly string[];
  readonly updated: number;
  /** Its run's. */
  readonly priority: number;
  readonly poison: Poison;
  /** What is wrong with the payload. */
  readonly detail: string | null;
  /** Fails the fetch of the runners that would get it (`stumbles`), and not only itself. */
  readonly starves: boolean;
}

/** An open run of a concurrency group. */
export interface GroupedRun {
  readonly id: number;
  readonly index: number;
  readonly status: number;
}

/** The open runs of a concurrency group, and those of them that run; by index. */
export interface RunGroup {
  readonly runs: readonly GroupedRun[];
  readonly running: readonly GroupedRun[];
}

/** What is the same for all runs of the instance, seen at the same moment as they. */
export interface InstanceState {
  readonly runners: readonly RunnerOffer[];
  /** By job id. */
  readonly poisoned: ReadonlyMap<number, PoisonedJob>;
  /** By `repository id, space, group`. */
  readonly groups: ReadonlyMap<string, RunGroup>;
  /** When ci-doctor itself last announced the queue of a scope (`owner id, space, repository id`); only recent ones. */
  readonly announced: ReadonlyMap<string, number>;
  /** The latest time in any row that a runner, a running task or a new run moves. */
  readonly newest: number;
}

/** The id under which a task whose job's row is gone is looked at and repaired as if it were a run. */
export const orphanId = (taskId: number): number => -taskId;
