import { setTimeout as sleep } from 'node:timers/promises';
import { keepAlive, request, type Ask } from '../lab/clients/http.ts';

/** How a request ended: answered through Envoy, answered by the application itself, or not (the code of the error, such as `ECONNREFUSED`). */
export type Way = string;

/** Requests one after the other, whose ways are kept in order. */
export type PathWatch = {
  /** The ways since the last cut, in order, each with the number of requests that took it in a row. */
  peek(): readonly (readonly [way: Way, requests: number])[];
  /** Starts to count anew, and returns the ways until now. */
  cut(): readonly (readonly [way: Way, requests: number])[];
  stop(): Promise<void>;
};

/**
 * The program of an application that answers with the address of its caller: 127.0.0.1 if Envoy calls it. Its argument is the port. It closes no idle
 * connection, which an Envoy might be about to use.
 */
export const ECHO_CALLER = `require('node:http').createServer({ keepAliveTimeout: 3600000 }, (incoming, outgoing) => outgoing.end(incoming.socket.remoteAddress))
  .listen(Number(process.argv[1]), () => console.log('serves'));`;

const EVERY_MS = 20;

/**
 * Asks the application at `url`, which runs ECHO_CALLER, until it is stopped. `ours`: our own address, as the application sees it without Envoy.
 * `connections`: each request has its own, or all share one that stays open.
 */
export function watchPath(url: string, ours: string, connections: 'own' | 'shared' = 'own'): PathWatch {
  const agent = connections === 'shared' ? keepAlive(1) : undefined;
  let runs: [Way, number][] = [];
  const stopped = new AbortController();
  const note = (way: Way): void => {
    const last = runs.at(-1);
    if (last?.[0] === way) last[1] += 1;
    else runs.push([way, 1]);
  };
  const work = async (): Promise<void> => {
    while (!stopped.signal.aborted) {
      note(await wayOf(url, ours, agent === undefined ? {} : { agent }));
      await sleep(EVERY_MS);
    }
  };
  const working = work();
  return {
    peek: () => runs,
    cut() {
      const before = runs;
      runs = [];
      return before;
    },
    async stop() {
      stopped.abort();
      await working;
      agent?.destroy();
    },
  };
}

async function wayOf(url: string, ours: string, ask: Ask): Promise<Way> {
  try {
    const { status, body } = await request(url, ask);
    if (status !== 200) return `${status} ${body.slice(0, 60)}`;
    return body.endsWith(ours) ? 'application' : 'Envoy';
  } catch (error) {
    const { code } = (error as Error).cause as NodeJS.ErrnoException;
    return code ?? String(error);
  }
}
