import type { Http2Session } from 'node:http2';

/** When a peer that says nothing is asked whether it is there, and how long it may take to answer, in milliseconds. */
export type KeepAlive = { readonly everyMs: number; readonly timeoutMs: number };

/** Pings a peer until the session is told to close, and cuts the connection of one that does not answer. */
export function keepAlive(session: Http2Session, { everyMs, timeoutMs }: KeepAlive): void {
  let timer = setTimeout(ping, everyMs).unref();

  function ping(): void {
    // Node sends no pings on a session that is told to close, and it closes with its last call.
    if (session.closed || session.destroyed) return;
    // False, too, where so many pings are unanswered that no more are sent.
    if (!session.ping(answered)) return session.destroy();
    timer = setTimeout(() => session.destroy(), timeoutMs).unref();
  }

  function answered(error: Error | null): void {
    clearTimeout(timer);
    if (error === null && !session.destroyed) timer = setTimeout(ping, everyMs).unref();
  }

  session.once('close', () => clearTimeout(timer));
}
