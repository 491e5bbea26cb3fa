import type { Http2Session } from 'node:http2';
import type { Socket } from 'node:net';

/** The interval of pings and the time limit for the answer, in milliseconds. */
export type KeepAlive = { readonly everyMs: number; readonly timeoutMs: number };

/**
 * Pings a peer until the session closes, and destroys the session of a peer that does not answer. A ping is queued behind all data
 * sent before it, so a peer on a slow link answers late: the limit is extended while the peer sends anything, and no ping is sent
 * while `isSending`, when the time limit for slow readers applies.
 */
export function keepAlive(
  session: Http2Session,
  socket: Socket,
  { everyMs, timeoutMs }: KeepAlive,
  isSending = () => false,
): void {
  let timer = setTimeout(ping, everyMs).unref();
  let read = 0;

  function ping(): void {
    // Node sends no pings on a closing session; the session closes with its last call.
    if (session.closed || session.destroyed) return;
    if (isSending()) {
      timer = setTimeout(ping, everyMs).unref();
      return;
    }
    // Also false if too many pings are unanswered.
    if (!session.ping(answered)) return session.destroy();
    read = socket.bytesRead;
    timer = setTimeout(expire, timeoutMs).unref();
  }

  function expire(): void {
    if (socket.bytesRead === read && !isSending()) return session.destroy();
    read = socket.bytesRead;
    timer = setTimeout(expire, timeoutMs).unref();
  }

  function answered(error: Error | null): void {
    clearTimeout(timer);
    if (error === null && !session.destroyed) timer = setTimeout(ping, everyMs).unref();
  }

  session.once('close', () => clearTimeout(timer));
}
