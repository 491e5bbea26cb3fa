import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/** The targets and the shape of a load. */
export type LoadOptions = {
  /** Requests go to equivalent hosts round-robin. A host that refuses a connection is skipped, as a load balancer would. */
  readonly hosts: readonly string[];
  readonly port: number;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly perSecond: number;
  /** Whether each request has its own connection. Default: eight are kept open per host. */
  readonly fresh?: boolean;
};

/** The outcomes of the requests so far. */
export type LoadTally = {
  /** The requests that have ended, with any outcome. */
  readonly requests: number;
  /** Requests that all hosts refused. */
  readonly refused: number;
  /** All other outcomes except 200, by status or error code; also a connection that was closed during a request. */
  readonly failed: Readonly<Record<string, number>>;
};

/** Requests at an even rate, until they are stopped. */
export type Load = {
  tally(): LoadTally;
  /** Replaces the hosts, like a load balancer that learned of an added or removed instance. */
  ask(hosts: readonly string[]): void;
  /** Stops, and returns the tally after the last request has ended. */
  stop(): Promise<LoadTally>;
};

const LIMIT_MS = 120_000;
const KEPT = 8;
/** Requests without an answer. A machine that is too slow for the rate gets as many as it can answer. */
const MOST_OPEN = 32;

/** Starts a load. Only a refused connection is retried. */
export function startLoad(options: LoadOptions): Load {
  const { port, path = '/', headers = {}, perSecond, fresh = false } = options;
  let { hosts } = options;
  // In turn, so that a draining Envoy can tell each of them to close.
  const agent = new Agent({ keepAlive: !fresh, maxSockets: fresh ? Infinity : KEPT, scheduling: 'fifo' });
  const stopped = new AbortController();
  const running = new Set<Promise<void>>();
  const failed: Record<string, number> = {};
  let requests = 0;
  let refused = 0;
  let turn = 0;

  const askOne = (host: string): Promise<string> =>
    new Promise((resolve) => {
      const outgoing = request(
        { host, port, path, headers, agent, signal: AbortSignal.timeout(LIMIT_MS) },
        (incoming) => {
          incoming.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
          incoming.resume().on('end', () => resolve(String(incoming.statusCode)));
        },
      );
      outgoing.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
      outgoing.end();
    });

  async function askAny(): Promise<void> {
    const first = (turn += 1) % hosts.length;
    let outcome = '';
    for (const host of [...hosts.slice(first), ...hosts.slice(0, first)]) {
      outcome = await askOne(host);
      if (outcome !== 'ECONNREFUSED') break;
    }
    requests += 1;
    if (outcome === 'ECONNREFUSED') refused += 1;
    else if (outcome !== '200') failed[outcome] = (failed[outcome] ?? 0) + 1;
  }

  const pace = (async () => {
    const everyMs = 1000 / perSecond;
    for (let due = performance.now(); !stopped.signal.aborted; due += everyMs) {
      const wait = due - performance.now();
      if (wait > 1) await sleep(wait);
      // Requests that a busy machine could not send in time are skipped, rather than sent all at once.
      if (wait < -1000) due = performance.now();
      if (running.size >= MOST_OPEN) await Promise.race(running);
      const asked = askAny();
      running.add(asked);
      void asked.then(() => running.delete(asked));
    }
  })();

  const tally = (): LoadTally => ({ requests, refused, failed: { ...failed } });
  return {
    tally,
    ask(others) {
      hosts = others;
    },
    async stop() {
      stopped.abort();
      await pace;
      await Promise.all(running);
      agent.destroy();
      return tally();
    },
  };
}
