import type { Routes } from './routes.ts';

/** A route whose parameters and answer are known. */
export type KnownRoute = keyof Routes;
/** Any other route of the server works too, untyped. */
export type OtherRoute = `${'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'} /${string}`;
export type Route = KnownRoute | OtherRoute;

export type Params<R extends Route> = R extends KnownRoute ? Routes[R]['params'] : Readonly<Record<string, unknown>>;
export type Answer<R extends Route> = R extends KnownRoute ? Routes[R]['answer'] : unknown;

/** What one of a list's items is: the list is the answer, or a field of it. */
export type Item<R extends Route> = R extends KnownRoute ? ItemOf<NonNullable<Answer<R>>> : unknown;
type ItemOf<T> = T extends readonly (infer One)[] ? One : { [K in keyof T]: ListItem<NonNullable<T[K]>> }[keyof T];
type ListItem<T> = T extends readonly (infer One)[] ? One : never;

/** Nothing to give when nothing is required. */
export type Rest<R extends Route, Options> =
  Record<never, never> extends Params<R>
    ? [params?: Params<R>, options?: Options]
    : [params: Params<R>, options?: Options];

export interface RequestOptions {
  readonly signal?: AbortSignal;
  /** Milliseconds for all tries together, the answer's body included; the client's own unless given. */
  readonly timeoutMs?: number;
  /** Added to the address, for routes that take both a body and a query. */
  readonly query?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as it is, instead of the parameters that are not in the path as JSON: a package's file, a form. */
  readonly body?: Uint8Array | string | FormData;
}
