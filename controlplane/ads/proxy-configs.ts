import type { Log } from '../../common/log.ts';
import type { XdsNode } from '../../xds/node.ts';
import type { XdsServer } from '../../xds/server.ts';
import { CLUSTER, ENDPOINTS, LISTENER } from '../../xds/types.ts';
import type { Discovery } from '../discovery/discovery.ts';
import type { AccessSource } from '../mesh/access/with-access.ts';
import { Dependents } from '../mesh/dependents.ts';
import type { Model } from '../mesh/model.ts';
import type { Change, ResourceId } from '../mesh/resource.ts';
import type { Circumstances } from '../translate/problems.ts';
import { DEFAULT_SETTINGS, type TranslationSettings } from '../translate/options.ts';
import { applyToGraph, hasNewCallers } from './admitted-callers.ts';
import { ConfigTable, type ProxyConfig } from './config-table.ts';
import { featuresOf, parseIdentity, proxyPath, resolve, type Identity } from './identity.ts';
import { NO_INSTANCES, type InstancesOf } from './instances.ts';
import { createConfigMaker } from './make-config.ts';
import { createProblemLog } from './problem-log.ts';
import { createDueItems } from './pacing/due-items.ts';

/** The configurations of all connected proxies, kept up to date with the model. */
export type ProxyConfigs = {
  /**
   * Returns the key of a new stream's configuration, and makes the configuration for the first stream of a key.
   * `isIdentified`: the stream is authenticated. Throws a CallError if the id is malformed.
   */
  readonly keyOf: (node: XdsNode, isIdentified: boolean) => string;
  /** To be called when a stream ends. Forgets a configuration without streams. */
  readonly release: (key: string) => void;
  /** Rebuilds only the configurations that these changes affect. Returns the number of affected streams. */
  readonly apply: (changes: readonly Change[]) => number;
  /** Rebuilds the configurations of a virtual node's callers, because the reports of its instances have changed. */
  readonly refreshCallers: (node: ResourceId<'virtualNode'>) => void;
  /** Rebuilds those of its own proxies too. */
  readonly refresh: (node: ResourceId<'virtualNode'>) => void;
  /** Whether all connected proxies of a virtual node and of its callers have ACKed their configurations, or NACKed them. */
  readonly isSettled: (node: ResourceId<'virtualNode'>) => boolean;
  /** The dependency graph of the model, kept up to date with the configurations. */
  readonly dependents: Pick<Dependents, 'callersOf'>;
  readonly get: (key: string) => ProxyConfig | undefined;
  /** The configuration of a connected proxy; of several, the first. */
  readonly connected: (identity: Identity) => ProxyConfig | undefined;
  /** All configurations of the connected proxies of a resource. */
  readonly allOf: (identity: Identity) => readonly ProxyConfig[];
  /** Whether a virtual node has a connected proxy that does not accept mutual TLS. */
  readonly hasOthers: (node: Pick<Identity, 'mesh' | 'name'>) => boolean;
  /** Calls `listener` with a virtual node when a proxy of it that does not accept mutual TLS connects or disconnects. */
  readonly onOthers: (listener: (node: ResourceId<'virtualNode'>) => void) => void;
  /** The circumstances of a proxy that has no secret yet. */
  readonly circumstances: (identity: Identity) => Circumstances;
};

/**
 * Translates for proxies, on demand and on change, into the snapshots of an ADS server. Starts from the current model. A
 * configuration that needs an external input for the first time waits for the first answer, for a bounded time: until then
 * its proxies keep their last configuration.
 */
export function createProxyConfigs(
  model: Model,
  discovery: Discovery,
  server: () => XdsServer,
  log: Log,
  settings: TranslationSettings = DEFAULT_SETTINGS,
  instances: InstancesOf = NO_INSTANCES,
): ProxyConfigs {
  const table = new ConfigTable();
  const dependents = graphOf(model);
  const source = { model, dependents, trustDomain: settings.trustDomain } satisfies AccessSource;
  const otherListeners: ((node: ResourceId<'virtualNode'>) => void)[] = [];
  /** Does not depend on the secrets that a proxy holds. */
  const circumstances = (identity: Identity): Circumstances => ({
    isConnected: (name) => table.at(proxyPath({ ...identity, kind: 'virtualNode', name })).length > 0,
    held: () => undefined,
  });
  const problemLog = createProblemLog(log, circumstances);
  const make = createConfigMaker({
    discovery,
    server,
    settings,
    instances,
    source,
    hasOthers,
    problemLog,
    log,
  });
  /** A change outside the model, such as the drain of an instance, may affect every proxy. */
  const due = createDueItems((key: string) => {
    const config = table.get(key);
    if (config !== undefined) make(config);
  });
  discovery.onChange(due.add);

  function hasOthers({ mesh, name }: Pick<Identity, 'mesh' | 'name'>): boolean {
    return table.at(proxyPath({ mesh, kind: 'virtualNode', name })).some(({ features }) => !features.mtls);
  }

  /** A proxy without a certificate connected or disconnected: its callers may no longer use mutual TLS by its host name, or may again. */
  function noteOther({ identity, features }: ProxyConfig): void {
    if (settings.trustDomain === undefined || features.mtls || identity.kind !== 'virtualNode') return;
    const id = resolve(model, identity);
    if (id?.kind !== 'virtualNode') return;
    for (const listener of otherListeners) listener(id);
    refreshCallers(id);
  }

  function refreshCallers(node: ResourceId<'virtualNode'>): void {
    due.add(table.keysOf(dependents.callersOf(node)));
  }

  return {
    keyOf(node, isIdentified) {
      const recipient = { identity: parseIdentity(node.id), features: featuresOf(node), isIdentified };
      const config = table.open(recipient, discovery.troublesOf);
      // One string for all streams of a configuration.
      if (config.streams > 1) return config.key;
      const path = proxyPath(recipient.identity);
      if (table.at(path).length === 1) problemLog.connected(path);
      make(config);
      noteOther(config);
      return config.key;
    },
    release(key) {
      const config = table.close(key);
      if (config === undefined) return;
      discovery.ask(key).end();
      problemLog.forget(key);
      server().delete(key);
      noteOther(config);
    },
    apply(changes) {
      const { seen, admitting } = applyToGraph(changes, table, source);
      const affected = [
        ...seen.flatMap((proxy) => table.at(proxyPath(proxy))),
        ...[...admitting].flatMap((path) => table.at(path)).filter((config) => hasNewCallers(config, source)),
      ];
      for (const config of affected) make(config);
      return affected.reduce((streams, config) => streams + config.streams, 0);
    },
    refreshCallers,
    refresh: (node) => due.add(table.keysOf([node, ...dependents.callersOf(node)])),
    isSettled: (node) =>
      table
        .keysOf([node, ...dependents.callersOf(node)])
        .every((key) =>
          [CLUSTER, ENDPOINTS, LISTENER].every((type) => server().settled(key, type) !== 'pending'),
        ),
    hasOthers,
    onOthers: (listener) => void otherListeners.push(listener),
    dependents,
    get: (key) => table.get(key),
    connected: (identity) => table.at(proxyPath(identity))[0],
    allOf: (identity) => table.at(proxyPath(identity)),
    circumstances,
  };
}

/** Returns the dependency graph of a model. */
function graphOf(model: Model): Dependents {
  const dependents = new Dependents();
  dependents.apply(
    Array.from(model.resources(), (resource) => ({ revision: model.revision, id: resource, resource })),
  );
  return dependents;
}
