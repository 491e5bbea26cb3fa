import { createSocket } from 'node:dgram';
import { isIP } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { errorText } from '../../common/error-text.ts';
import type { Log } from '../../common/log.ts';
import { createBackoff } from '../../xds/client/backoff.ts';
import { preferred, type AskName } from './ask-name.ts';
import { listenUdp } from '../telemetry/listen-udp.ts';

/**
 * A collector whose name does not resolve yet. Envoy takes only an address, and only at its start, so Envoy sends to a port of loopback,
 * and the agent sends the datagrams on once the name resolves.
 */
export type LateCollector = {
  readonly host: string;
  readonly port: number;
  /** Why datagrams are dropped; undefined once the name has resolved. */
  readonly problem: () => string | undefined;
  readonly close: () => void;
};

/** Inputs of `openLateCollector`. */
export type LateCollectorOptions = {
  /** The variable with the name, for messages. */
  readonly variable: string;
  readonly name: string;
  readonly port: number;
  /** Why the name did not resolve at first. */
  readonly why: string;
  readonly ask: AskName;
  readonly log: Log;
  /** The first wait before the name is asked for again, in milliseconds. Default: 1000. */
  readonly firstMs?: number;
};

const FIRST_MS = 1000;
const MOST_MS = 60_000;
/** Bytes that may wait in this process for the kernel to take them. */
const MOST_WAITING = 1024 * 1024;

/** Opens the port for Envoy, and asks for the name with back-off until it resolves. */
export async function openLateCollector(options: LateCollectorOptions): Promise<LateCollector> {
  const { variable, name, port, ask, log, firstMs = FIRST_MS } = options;
  const over = new AbortController();
  let why = options.why;
  let target: { readonly address: string; readonly send: (datagram: Buffer) => boolean } | undefined;
  let dropped = 0;
  const counts = { received: 0, invalid: 0 };
  const input = await listenUdp({
    name: variable,
    port: 0,
    take(datagram) {
      counts.received += 1;
      if (target?.send(datagram) !== true) dropped += 1;
    },
    counts: () => counts,
  });
  if (input === undefined) throw new Error('no port of loopback is free');
  void resolveLater();

  async function resolveLater(): Promise<void> {
    const backoff = createBackoff(firstMs, MOST_MS);
    while (target === undefined && !over.signal.aborted) {
      await delay(backoff.next(), undefined, { signal: over.signal, ref: false }).catch(() => undefined);
      if (over.signal.aborted) return;
      try {
        const address = preferred((await ask(name)).addresses);
        if (address === undefined) why = 'no address';
        else target = { address, send: openSender(address, port, over.signal) };
      } catch (error) {
        why = errorText(error);
      }
    }
    if (target === undefined) return;
    log.info({ variable, name, address: target.address, dropped }, 'the name of the collector resolves now');
  }

  return {
    host: '127.0.0.1',
    port: input.port,
    problem() {
      if (target !== undefined) return undefined;
      return `${variable}=${name}: ${why}; the agent drops what Envoy sends to this collector (${dropped} datagrams so far) until the name resolves`;
    },
    close() {
      over.abort();
      input.close();
    },
  };
}

/** Returns the function that sends a datagram; it returns false for one that it drops because too many wait. */
function openSender(address: string, port: number, over: AbortSignal): (datagram: Buffer) => boolean {
  const socket = createSocket(isIP(address) === 6 ? 'udp6' : 'udp4');
  socket.on('error', () => undefined);
  socket.bind(0).unref();
  over.addEventListener('abort', () => void socket.close(), { once: true });
  return (datagram) => {
    if (over.aborted || socket.getSendQueueSize() > MOST_WAITING) return false;
    socket.send(datagram, port, address, () => undefined);
    return true;
  };
}
