import { createDeltaClient } from '../../../xds/client/client.ts';
import { CLUSTER } from '../../../xds/types.ts';

/** A client in place of an Envoy: it receives every cluster of one proxy and sends an ACK for each response. */
export type ClusterWatcher = {
  /** Settles once a cluster contains `text` anywhere in its bytes, for instance a host name. */
  has(text: string): Promise<void>;
  /** The number of clusters it has now. */
  count(): number;
  close(): void;
};

/** Watches the clusters of `resource`, e.g. `mesh/default/virtualNode/gateway`, over incremental ADS at `ads` (host:port). */
export function watchClusters(ads: string, resource: string): ClusterWatcher {
  const [host = '', port] = ads.split(':');
  const clusters = new Map<string, { readonly version: string; readonly bytes: Buffer }>();
  const waiting = new Set<() => void>();
  const client = createDeltaClient({
    upstreams: [{ address: { host, port: Number(port) } }],
    node: () => ({ id: resource, cluster: resource, userAgentName: 'envoy' }),
    versions: () => new Map([...clusters].map(([name, { version }]) => [name, version])),
    onUpdate(update) {
      for (const { name, version, any } of update.resources) {
        clusters.set(name, { version, bytes: Buffer.from(any) });
      }
      for (const name of update.removed) clusters.delete(name);
      client.answer(update);
      for (const look of waiting) look();
    },
    onState: () => undefined,
  });
  client.subscribe(CLUSTER, new Set(['*']));
  return {
    has: (text) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (![...clusters.values()].some(({ bytes }) => bytes.includes(text))) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
    count: () => clusters.size,
    close: () => client.close(),
  };
}
