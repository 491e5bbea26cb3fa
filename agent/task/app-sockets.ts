import { setTimeout as delay } from 'node:timers/promises';
import { endpointProblem, type AppEndpoint } from '../application/endpoint-problem.ts';
import type { ListeningSocket } from '../application/listening-sockets.ts';

/** Inputs of the watch. */
export type AppSocketsOptions = {
  /** Where Envoy connects to the application, one per listener. Read at the start and each 10 s. */
  readonly endpoints: (signal: AbortSignal) => Promise<readonly AppEndpoint[]>;
  /** Whether an address belongs to this host. The sockets of other hosts cannot be seen. */
  readonly isLocal: (address: string) => boolean;
  readonly readSockets: () => Promise<readonly ListeningSocket[]>;
  /** Called with the ports that the application no longer listens on; empty when it listens again. */
  readonly onChange: (gone: readonly number[]) => void;
  /** In milliseconds. Default: 200, which takes about 0.3 % of a processor. */
  readonly pollMs?: number;
  /** How long the application has to listen again until it counts, in milliseconds: it may be in a crash loop. Default: 1,000. */
  readonly settleMs?: number;
};

const POLL_MS = 200;
const SETTLE_MS = 1000;
const ENDPOINTS_MS = 10_000;
/** Between two attempts to read the first endpoints, which an Envoy has once it is LIVE. */
const RETRY_MS = 1000;

/**
 * Watches whether the application still listens on the ports that it has listened on: connections to a port without a listener are refused.
 * The returned function watches until its signal aborts, and never rejects: without an answer nothing changes. A further call, for the next Envoy,
 * continues with the known ports.
 */
export function createAppSockets(options: AppSocketsOptions): (signal: AbortSignal) => Promise<void> {
  const { isLocal, readSockets, onChange, pollMs = POLL_MS, settleMs = SETTLE_MS } = options;
  /** By port: since when it has listened, in `performance.now()`; `gone` if it no longer does. */
  const ports = new Map<number, number | 'gone'>();
  let endpoints: readonly AppEndpoint[] = [];
  let readAt = -Infinity;
  let told = '';

  async function poll(signal: AbortSignal): Promise<void> {
    const now = performance.now();
    if (now - readAt >= (endpoints.length === 0 ? RETRY_MS : ENDPOINTS_MS)) {
      readAt = now;
      endpoints = (await options.endpoints(signal)).filter(({ address }) => isLocal(address));
    }
    if (endpoints.length === 0) return;
    const sockets = await readSockets();
    for (const endpoint of endpoints) note(endpoint, sockets, now);
    const gone = endpoints.map(({ port }) => port).filter((port) => isGone(port, now));
    const text = gone.join();
    if (text === told || signal.aborted) return;
    told = text;
    onChange(gone);
  }

  function note(endpoint: AppEndpoint, sockets: readonly ListeningSocket[], now: number): void {
    const before = ports.get(endpoint.port);
    const listens = endpointProblem(endpoint, { inRow: 0, recent: 0 }, sockets) === undefined;
    // An application that has not started yet does not count: it may come after its proxy.
    if (!listens && before !== undefined) ports.set(endpoint.port, 'gone');
    if (!listens || typeof before === 'number') return;
    ports.set(endpoint.port, before === 'gone' ? now : -Infinity);
  }

  function isGone(port: number, now: number): boolean {
    const since = ports.get(port);
    return since === 'gone' || (since !== undefined && now - since < settleMs);
  }

  return async (signal) => {
    while (!signal.aborted) {
      await poll(signal).catch(() => undefined);
      await delay(pollMs, undefined, { signal }).catch(() => undefined);
    }
  };
}
