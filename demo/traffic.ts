import { errorText } from '../common/error-text.ts';
import { setTimeout as sleep } from 'node:timers/promises';
import { keepAlive, request } from '../test/lab/clients/http.ts';

/** The results of requests: the number of responses per color, and of failures per message. */
export type Tally = {
  readonly requests: number;
  readonly failures: number;
  readonly colors: Readonly<Record<string, number>>;
  readonly errors: Readonly<Record<string, number>>;
};

/** Requests at a constant rate until they are stopped. */
export type Traffic = {
  /**
   * Restarts the count at zero. Requests in flight count in the tally in which they began. After `most` requests, no more are sent
   * (default: no limit). Returns the previous tally.
   */
  cut(most?: number): Tally;
  tally(): Tally;
  /** Stops, and returns the last tally after all requests have ended. */
  stop(): Promise<Tally>;
};

const CONNECTIONS = 8;

/** Requests a color from `url`, `perSecond` times a second over eight connections. */
export function startTraffic(url: string, perSecond: number): Traffic {
  const agent = keepAlive(CONNECTIONS);
  let current = newTally();
  let limit = Infinity;
  const stopped = new AbortController();

  async function ask(): Promise<void> {
    const tally = current;
    tally.requests += 1;
    try {
      const { status, body } = await request(url, { agent });
      if (status === 200) count(tally.colors, (JSON.parse(body) as { color: string }).color);
      else fail(tally, `${status} ${body.slice(0, 100)}`);
    } catch (error) {
      fail(tally, errorText(error));
    }
  }

  /** Sends one connection's share of the requests. After a slow request, the next ones follow faster, so that the rate is constant. */
  async function work(index: number): Promise<void> {
    const everyMs = (1000 * CONNECTIONS) / perSecond;
    let due = performance.now() + (everyMs * index) / CONNECTIONS;
    while (!stopped.signal.aborted) {
      const wait = due - performance.now();
      if (wait > 1) await sleep(wait);
      if (stopped.signal.aborted) return;
      if (current.requests < limit) await ask();
      due = Math.max(due + everyMs, performance.now() - 1000);
    }
  }

  const workers = Array.from({ length: CONNECTIONS }, (_, index) => work(index));
  return {
    cut(most = Infinity) {
      const before = current;
      limit = most;
      current = newTally();
      return before;
    },
    tally: () => current,
    async stop() {
      stopped.abort();
      await Promise.all(workers);
      agent.destroy();
      return current;
    },
  };
}

/** Returns each color's share of the answered requests, 0 to 1, rounded to four places; colors by name. */
export function shares({ colors }: Tally): Readonly<Record<string, number>> {
  const answered = Object.values(colors).reduce((sum, n) => sum + n, 0);
  const entries = Object.entries(colors).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(
    entries.map(([color, n]) => [color, Math.round((n / answered) * 10_000) / 10_000]),
  );
}

type MutableTally = {
  requests: number;
  failures: number;
  colors: Record<string, number>;
  errors: Record<string, number>;
};

function newTally(): MutableTally {
  return { requests: 0, failures: 0, colors: {}, errors: {} };
}

function fail(tally: MutableTally, error: string): void {
  tally.failures += 1;
  count(tally.errors, error);
}

function count(counts: Record<string, number>, key: string): void {
  counts[key] = (counts[key] ?? 0) + 1;
}
