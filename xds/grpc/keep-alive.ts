import type { Http2Session } from 'node:http2';
import type { Socket } from 'node:net';

/** When a peer that says nothing is asked whether it is there, and how long it may take to answer, in milliseconds. */
export type KeepAlive = { readonly everyMs: number; readonly timeoutMs: number };

/**
 * Pings a peer until the session is told to close, and cuts the connection of one that does not answer. A ping stands in line
 * behind all that was sent before it, so a peer on a thin link answers late: it is given more time as long as anything comes from
 * it, and is not pinged at all while `isSending`, when the time limit of its reader counts.
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
    // Node sends no pings on a session that is told to close, and it closes with its last call.
    if (session.closed || session.destroyed) return;
    if (isSending()) {
      timer = setTimeout(ping, everyMs).unref();
      return;
    }
    // False, too, where so many pings are unanswered that no more are sent.
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
