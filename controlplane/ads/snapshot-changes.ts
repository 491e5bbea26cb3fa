import type { XdsServer } from '../../xds/server.ts';

/** Notes the keys whose snapshot is replaced while some work is done. */
export type SnapshotChanges = {
  /** Wraps the server, so that replaced snapshots are seen. */
  readonly watch: (server: XdsServer) => XdsServer;
  /** Does the work, and then calls `onKeys` with the keys, also if it throws. */
  readonly during: <T>(work: () => T, onKeys: (keys: readonly string[]) => void) => T;
};

/** Creates a watcher that notes nothing yet. */
export function createSnapshotChanges(): SnapshotChanges {
  let keys: Set<string> | undefined;
  return {
    watch: (server) => ({
      ...server,
      set(key, snapshot) {
        const before = keys === undefined ? undefined : server.get(key);
        server.set(key, snapshot);
        if (keys !== undefined && server.get(key) !== before) keys.add(key);
      },
    }),
    during(work, onKeys) {
      keys = new Set();
      try {
        return work();
      } finally {
        const changed = [...keys];
        keys = undefined;
        onKeys(changed);
      }
    },
  };
}
