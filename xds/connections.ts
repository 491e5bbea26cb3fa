import type { XdsStream } from './protocol/stream.ts';
import type { StreamStatus } from './status.ts';

/** A stream whose first request was read. */
export type Connection = Omit<StreamStatus, 'types'> & {
  /** When it was read, in milliseconds of `performance.now`. */
  readonly since: number;
  readonly stream: XdsStream;
};

/** The streams of a server, by the key of their snapshot. */
export type Connections = {
  add(connection: Connection): void;
  delete(connection: Connection): void;
  of(key: string): Iterable<Connection>;
  /** Maps all connections, grouped by key. */
  map<T>(map: (connection: Connection) => T): T[];
};

/** Creates an empty table of connections. */
export function createConnections(): Connections {
  const byKey = new Map<string, Set<Connection>>();
  return {
    add(connection) {
      const siblings = byKey.get(connection.key) ?? new Set();
      byKey.set(connection.key, siblings.add(connection));
    },
    delete(connection) {
      const siblings = byKey.get(connection.key);
      siblings?.delete(connection);
      if (siblings?.size === 0) byKey.delete(connection.key);
    },
    of: (key) => byKey.get(key) ?? [],
    map: (map) => [...byKey.values()].flatMap((siblings) => Array.from(siblings, map)),
  };
}
