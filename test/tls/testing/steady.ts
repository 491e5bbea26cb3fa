import { Agent, request } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';

/** The outcome of continuous requests. */
export type Steady = { readonly failed: number; readonly connections: number };

const PAUSE_MS = 10;

/** Requests `/` over TLS, one request after another, on one connection while it lasts; `stop` ends it. */
export function startSteady(host: string, port: number): { stop(): Promise<Steady> } {
  const agent = new Agent({ keepAlive: true, maxSockets: 1, rejectUnauthorized: false });
  const stopped = new AbortController();
  const localPorts = new Set<number | undefined>();
  let failed = 0;

  const once = (): Promise<void> =>
    new Promise((resolve) => {
      const outgoing = request({ host, port, agent }, (incoming) => {
        localPorts.add(outgoing.socket?.localPort);
        if (incoming.statusCode !== 200) failed += 1;
        incoming.resume().on('end', resolve);
      });
      outgoing.on('error', () => {
        failed += 1;
        resolve();
      });
      outgoing.end();
    });
  const all = (async () => {
    while (!stopped.signal.aborted) {
      await once();
      await sleep(PAUSE_MS);
    }
  })();

  return {
    async stop() {
      stopped.abort();
      await all;
      agent.destroy();
      return { failed, connections: localPorts.size };
    },
  };
}
