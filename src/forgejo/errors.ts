import { type FailureKind, ToolError } from '../common/errors.ts';
import { redact } from '../common/redact.ts';

export interface Failure {
  readonly method: string;
  /** As it was asked for, placeholders and all. */
  readonly route: string;
  readonly url: string;
  /** null when no answer came. */
  readonly status: number | null;
  /** What the server said. */
  readonly serverMessage: string | null;
}

/**
 * A request that failed. There is a class of its own only where a caller goes another way because of it. Message, `url` and
 * `fix` (the next step) are redacted; the token is in none of them.
 */
export class ForgejoError extends ToolError implements Failure {
  override readonly name: string = 'ForgejoError';
  readonly method: string;
  readonly route: string;
  readonly url: string;
  readonly status: number | null;
  readonly serverMessage: string | null;

  constructor(kind: FailureKind, failure: Failure, message: string, fix: string, cause?: unknown) {
    super(kind, message, fix, cause);
    this.method = failure.method;
    this.route = failure.route;
    this.url = redact(failure.url);
    this.status = failure.status;
    this.serverMessage = failure.serverMessage === null ? null : redact(failure.serverMessage);
  }
}

/** 404: it is not there, or this token may not see it. */
export class NotFound extends ForgejoError {
  override readonly name = 'NotFound';
}

/** 401 or 403: the token is missing, wrong, or lacks a scope. */
export class NoAccess extends ForgejoError {
  override readonly name = 'NoAccess';
}

/** 409 or 412: it exists already, or has changed since it was read. */
export class Conflict extends ForgejoError {
  override readonly name = 'Conflict';
}

/** 400 or 422: the server refuses what was sent. */
export class Invalid extends ForgejoError {
  override readonly name = 'Invalid';
}

/** 429. */
export class RateLimited extends ForgejoError {
  override readonly name = 'RateLimited';
  /** Seconds the server asks to wait; null when it does not say. */
  readonly retryAfter: number | null;

  constructor(kind: FailureKind, failure: Failure, message: string, fix: string, retryAfter: number | null) {
    super(kind, failure, message, fix);
    this.retryAfter = retryAfter;
  }
}

/** No answer, none in time, or one that is not Forgejo's: a connection, a proxy, TLS, 5xx. Worth another try later. */
export class Unavailable extends ForgejoError {
  override readonly name = 'Unavailable';
}

/** The server is older than the route. */
export class UnsupportedByServer extends ForgejoError {
  override readonly name = 'UnsupportedByServer';
  /** The first Forgejo release with the route. */
  readonly since: number;
  /** As the server says it; development builds say "development". */
  readonly serverVersion: string;

  constructor(failure: Failure, since: number, serverVersion: string, fix: string) {
    super(
      'problem',
      failure,
      `${failure.route} came with Forgejo ${since}; the server at ${new URL(failure.url).origin} is ${serverVersion}.`,
      fix,
    );
    this.since = since;
    this.serverVersion = serverVersion;
  }
}
