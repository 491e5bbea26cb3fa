import type { Http2Session } from 'node:http2';
import type { Socket } from 'node:net';

/** The interval of pings and the time limit for the answer, in milliseconds. */
export type KeepAlive = { readonly everyMs: number; readonly timeoutMs: number };

/** Whether this side is sending. */
export type Sender = { readonly isWriting: boolean };

/**
 * Pings a peer until the session closes, and destroys the session of a peer that does not answer. A ping is queued behind all data
 * sent before it, so a peer on a slow link answers late: the limit is extended while the peer sends anything, and no ping is sent
 * while `sender` is writing, when the time limit for slow readers applies. Default: a sender that never writes.
 */
export function keepAlive(
  session: Http2Session,
  socket: Socket,
  limits: KeepAlive,
  sender: Sender = IDLE,
): void {
  const pings = new Pings(session, socket, limits, sender);
  session.on('close', () => pings.stop());
}

const IDLE: Sender = { isWriting: false };

/** The pings of one session. Its timers are given the object, because a closure for each would take memory. */
class Pings {
  readonly #session: Http2Session;
  readonly #socket: Socket;
  readonly #limits: KeepAlive;
  readonly #sender: Sender;
  #read = 0;
  #isWaiting = false;
  #timer: NodeJS.Timeout;

  constructor(session: Http2Session, socket: Socket, limits: KeepAlive, sender: Sender) {
    this.#session = session;
    this.#socket = socket;
    this.#limits = limits;
    this.#sender = sender;
    this.#timer = this.#next();
  }

  ping(): void {
    // Node sends no pings on a closing session; the session closes with its last call.
    if (this.#session.closed || this.#session.destroyed) return;
    if (this.#sender.isWriting) {
      this.#timer = this.#next();
      return;
    }
    // Also false if too many pings are unanswered.
    if (!this.#session.ping((error) => this.#answered(error))) return this.#session.destroy();
    this.#isWaiting = true;
    this.#limitAnswer();
  }

  /** The time is over. If this process did not run for a while, the answer may be there, and is read before the immediate. */
  expire(): void {
    setImmediate(decide, this);
  }

  decide(): void {
    if (!this.#isWaiting || this.#session.destroyed) return;
    if (this.#socket.bytesRead === this.#read && !this.#sender.isWriting) return this.#session.destroy();
    this.#limitAnswer();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #next(): NodeJS.Timeout {
    return setTimeout(ping, this.#limits.everyMs, this).unref();
  }

  #limitAnswer(): void {
    this.#read = this.#socket.bytesRead;
    this.#timer = setTimeout(expire, this.#limits.timeoutMs, this).unref();
  }

  #answered(error: Error | null): void {
    clearTimeout(this.#timer);
    this.#isWaiting = false;
    if (error === null && !this.#session.destroyed) this.#timer = this.#next();
  }
}

const ping = (pings: Pings): void => pings.ping();
const expire = (pings: Pings): void => pings.expire();
const decide = (pings: Pings): void => pings.decide();
