import type { Ack } from '../../xds/protocol/acks.ts';
import type { XdsServer } from '../../xds/server.ts';
import type { Connection } from '../../xds/connections.ts';
import type { TypeUrl } from '../../xds/types.ts';

/** Measures how long changes of the model take to reach the proxies that they affect. */
export type Propagation = {
  /** Runs `work`, which applies a change that arrived at `since`. Snapshots that are set meanwhile count as caused by it. */
  readonly during: <T>(since: number, work: () => T) => T;
  /** Wraps the server, to note the keys whose snapshot a change replaced. */
  readonly watch: (server: XdsServer) => XdsServer;
  readonly answered: (key: string, answer: Ack, stream: Pick<Connection, 'id' | 'since'>) => void;
};

/** `counted`: the streams that have the change and were reported, by type. */
type Change = { readonly at: number; readonly counted: Map<TypeUrl, Set<number>> };

/**
 * Measures how fast changes arrive. `report` receives the seconds from a change until the ACK of a response that was sent since: once per
 * change, stream and type. Only streams opened before the change count: later streams did not wait for it. `now`: the clock of all times, in
 * milliseconds; default `performance.now`.
 */
export function measurePropagation(
  report: (seconds: number) => void,
  now = () => performance.now(),
): Propagation {
  const changes = new Map<string, Change>();
  let at: number | undefined;
  return {
    during(since, work) {
      at = since;
      try {
        return work();
      } finally {
        at = undefined;
      }
    },
    watch: (server) => ({
      ...server,
      set(key, snapshot) {
        const before = server.get(key);
        server.set(key, snapshot);
        if (server.get(key) === before) return;
        // From now on streams receive only the new snapshot, whether or not a change caused it.
        if (at === undefined || before === undefined) changes.delete(key);
        else changes.set(key, { at, counted: new Map() });
      },
      delete(key) {
        changes.delete(key);
        server.delete(key);
      },
    }),
    answered(key, { typeUrl, since, error }, { id, since: openedAt }) {
      const change = changes.get(key);
      if (change === undefined || error !== undefined) return;
      if (since < change.at || openedAt >= change.at) return;
      const streams = change.counted.get(typeUrl) ?? new Set();
      if (streams.has(id)) return;
      change.counted.set(typeUrl, streams.add(id));
      report((now() - change.at) / 1000);
    },
  };
}
