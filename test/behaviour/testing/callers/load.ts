import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/** Whom to ask, and how. */
export type LoadOptions = {
  /** Of several that serve the same, each is asked in turn. One that refuses a connection is passed over, as a balancer does. */
  readonly hosts: readonly string[];
  readonly port: number;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly perSecond: number;
  /** Whether each request has a connection of its own. Default: eight are kept open to each host. */
  readonly fresh?: boolean;
};

/** What came of the requests until now. */
export type LoadTally = {
  /** Those that have ended, however. */
  readonly requests: number;
  /** Connections of which none was taken. */
  readonly refused: number;
  /** Everything else but 200, by what it was: a connection that was closed under a request too. */
  readonly failed: Readonly<Record<string, number>>;
};

/** Requests at an even pace, until they are stopped. */
export type Load = {
  tally(): LoadTally;
  /** Asks these from now on, as a balancer does that was told of an instance that goes or comes. */
  ask(hosts: readonly string[]): void;
  /** Answers the tally when the last request has ended. */
  stop(): Promise<LoadTally>;
};

const LIMIT_MS = 20_000;
const KEPT = 8;

/** Starts to ask. Nothing is tried again but a connection that was refused. */
export function startLoad(options: LoadOptions): Load {
  const { port, path = '/', headers = {}, perSecond, fresh = false } = options;
  let { hosts } = options;
  const agent = new Agent({ keepAlive: !fresh, maxSockets: fresh ? Infinity : KEPT });
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
      // What a busy machine could not send is left out, rather than sent all at once.
      if (wait < -1000) due = performance.now();
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
