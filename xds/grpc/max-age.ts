import type { Http2Session } from 'node:http2';

/** How old a connection may become, in milliseconds, a tenth more or less at random; `onReached` is told then. */
export type MaxAge<C> = { readonly ms: number; readonly onReached: (connection: C) => void };

/** So much more or less, as gRPC does (proposal A9): those that came together do not all go together. */
const JITTER = 0.1;

/**
 * Once a connection is so old, its client is told to come no more on it (GOAWAY); it closes with its last call. What becomes of
 * calls that do not end is for `onReached` to decide.
 */
export function limitAge<C>(session: Http2Session, connection: C, { ms, onReached }: MaxAge<C>): void {
  const age = ms * (1 - JITTER + 2 * JITTER * Math.random());
  const timer = setTimeout(() => {
    session.close();
    onReached(connection);
  }, age).unref();
  session.once('close', () => clearTimeout(timer));
}
