import type { Ack } from '../../xds/protocol/acks.ts';
import type { XdsServer } from '../../xds/server.ts';
import type { StreamStatus } from '../../xds/status.ts';
import type { TypeUrl } from '../../xds/types.ts';

/** Measures how long changes of the model take to the proxies that they touch. */
export type Propagation = {
  /** Takes a change of the model over that was there at `since`: what is set meanwhile is made of it. */
  readonly during: <T>(since: number, work: () => T) => T;
  /** The same server, noticing which of its keys a change gave another snapshot. */
  readonly watch: (server: XdsServer) => XdsServer;
  readonly answered: (key: string, answer: Ack, stream: Pick<StreamStatus, 'id' | 'connectedAt'>) => void;
};

/** `counted`: by type, the streams that have it. */
type Change = { readonly at: number; readonly counted: Map<TypeUrl, Set<number>> };

/**
 * `report` is told the seconds from a change until a proxy acknowledged a response that was sent since: once a change, stream
 * and type. Only streams that were there before the change count: the others waited for nothing.
 */
export function measurePropagation(report: (seconds: number) => void, now: () => number): Propagation {
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
        // Another snapshot, by a change or not, is all that streams hear of from now on.
        if (at === undefined || before === undefined) changes.delete(key);
        else changes.set(key, { at, counted: new Map() });
      },
      delete(key) {
        changes.delete(key);
        server.delete(key);
      },
    }),
    answered(key, { typeUrl, sentAt, error }, { id, connectedAt }) {
      const change = changes.get(key);
      if (change === undefined || error !== undefined) return;
      if (sentAt < change.at || connectedAt >= change.at) return;
      const streams = change.counted.get(typeUrl) ?? new Set();
      if (streams.has(id)) return;
      change.counted.set(typeUrl, streams.add(id));
      report((now() - change.at) / 1000);
    },
  };
}
