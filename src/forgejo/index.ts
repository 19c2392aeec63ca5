/** A client for the API of Forgejo, docs/forgejo-client.md. */
export { downloadArtifacts } from './artifacts.ts';
export { createForgejo, type Forgejo, releaseOf } from './client.ts';
export {
  Conflict,
  ForgejoError,
  Invalid,
  NoAccess,
  NotFound,
  RateLimited,
  Unavailable,
  UnsupportedByServer,
} from './errors.ts';
export { jobLog } from './job-log.ts';
export type { Pages, PaginateOptions } from './paginate.ts';
export { type RouteFacts, type Routes, routeFacts } from './routes.ts';
export { dispatch, dispatchAndWait, type Run, type RunStatus, runOf, waitForRun } from './runs.ts';
export type { Auth, ForgejoOptions } from './transport.ts';
export type { Answer, Item, KnownRoute, Params, RequestOptions, Route } from './types.ts';
