import { isDeepStrictEqual } from 'node:util';
import type { Log } from '../../common/log.ts';
import type { XdsNode } from '../../xds/node.ts';
import type { XdsServer } from '../../xds/server.ts';
import { CLUSTER, ENDPOINTS, LISTENER } from '../../xds/types.ts';
import type { Discovery } from '../discovery/discovery.ts';
import { accessIn, withAccess } from '../mesh/access/with-access.ts';
import type { NodeAccess } from '../mesh/access/node-access.ts';
import { Dependents } from '../mesh/dependents.ts';
import type { Model } from '../mesh/model.ts';
import type { Change, ResourceId } from '../mesh/resource.ts';
import type { ProxyId, ProxyView } from '../mesh/proxy-view.ts';
import { viewOf } from '../mesh/view.ts';
import type { Circumstances, ConditionalProblem, Problem } from '../translate/problems.ts';
import type { Features } from '../translate/features.ts';
import { withoutKeys } from '../translate/external-inputs.ts';
import { DEFAULT_SETTINGS, type TranslationSettings } from '../translate/options.ts';
import { translate } from '../translate/translate.ts';
import { featuresOf, parseIdentity, proxyPath, resolve, type Identity } from './identity.ts';
import { NO_INSTANCES, withInstances, withModeChange, type InstancesOf } from './instances.ts';
import { createProblemLog } from './problem-log.ts';
import { createDueItems } from './pacing/due-items.ts';

/** One served configuration: its recipient and its state. */
export type ProxyConfig = {
  readonly key: string;
  readonly identity: Identity;
  readonly features: Features;
  /** Whether its streams are authenticated; others are served no private key. */
  readonly isIdentified: boolean;
  /** `waiting`: the id names no resource yet. `orphaned`: the resource was deleted; proxies keep their last configuration. */
  state: 'waiting' | 'served' | 'orphaned';
  problems: readonly ConditionalProblem[];
  /** External inputs of the configuration that are not fresh, because their source does not answer. */
  readonly troubles: () => readonly Problem[];
  /** Which callers the virtual node admits; undefined: all. */
  access: NodeAccess | undefined;
  /** Number of open streams. */
  streams: number;
};

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
  /** Rebuilds the configurations of a virtual node's callers, because what its instances say has changed. */
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
  /** Whether a proxy of a virtual node is connected that takes no mutual TLS. */
  readonly hasOthers: (node: Pick<Identity, 'mesh' | 'name'>) => boolean;
  /** Calls `listener` with each virtual node of which a proxy that takes no mutual TLS came or went. */
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
  const dependents = new Dependents();
  dependents.apply(
    Array.from(model.resources(), (resource) => ({ revision: model.revision, id: resource, resource })),
  );
  const configs = new Map<string, ProxyConfig>();
  const keysByName = new Map<string, Set<string>>();
  const otherListeners: ((node: ResourceId<'virtualNode'>) => void)[] = [];

  /** Whether a proxy of a virtual node is connected that takes no mutual TLS. */
  function hasOthers({ mesh, name }: Pick<Identity, 'mesh' | 'name'>): boolean {
    const keys = keysByName.get(proxyPath({ mesh, kind: 'virtualNode', name })) ?? [];
    return [...keys].some((key) => configs.get(key)?.features.mtls === false);
  }

  /** A proxy without a certificate came or went: its callers may not use mutual TLS by its host name, or may again. */
  function noteOther({ identity, features }: ProxyConfig): void {
    if (settings.trustDomain === undefined || features.mtls || identity.kind !== 'virtualNode') return;
    const id = resolve(model, identity);
    if (id?.kind !== 'virtualNode') return;
    for (const listener of otherListeners) listener(id);
    refreshCallers(id);
  }

  function refreshCallers(node: ResourceId<'virtualNode'>): void {
    due.add(keysOf(dependents.callersOf(node)));
  }

  function keysOf(proxies: readonly ProxyId[]): readonly string[] {
    return proxies.flatMap((proxy) => [...(keysByName.get(proxyPath(proxy)) ?? [])]);
  }

  /** Does not depend on the secrets that a proxy holds. */
  const circumstances = (identity: Identity): Circumstances => ({
    isConnected: (name) => keysByName.has(proxyPath({ ...identity, kind: 'virtualNode', name })),
    held: () => undefined,
  });

  const problemLog = createProblemLog(log, circumstances);

  /** Keeps the object of an access that has not changed: caches use it as a key. */
  function secured(view: ProxyView, id: ProxyId, before: NodeAccess | undefined): ProxyView {
    const fresh = withAccess(view, id, { model, dependents, trustDomain: settings.trustDomain });
    const access = accessIn(fresh);
    if (fresh.kind !== 'virtualNode' || access === undefined || before === undefined) return fresh;
    return isDeepStrictEqual(before, access) ? { ...fresh, access: before } : fresh;
  }

  /** Whether other callers are admitted than in the configuration that was made last. */
  function hasNewAccess(config: ProxyConfig): boolean {
    const id = resolve(model, config.identity);
    const view = id && viewOf(model, id);
    if (id === undefined || view === undefined) return false;
    return accessIn(secured(view, id, config.access)) !== config.access;
  }

  /** The virtual nodes whose callers or access policies these changes may concern; none without a trust domain. */
  function applyToGraph(changes: readonly Change[]): {
    readonly seen: readonly ProxyId[];
    readonly admitting: ReadonlySet<string>;
  } {
    const admitting = new Set<string>();
    if (settings.trustDomain === undefined) return { seen: dependents.apply(changes), admitting };
    const seen = dependents.apply(changes, (node) => admitting.add(proxyPath(node)));
    const meshes = changes.flatMap(({ id }) =>
      id.kind === 'accessPolicy' ? `mesh/${id.mesh}/virtualNode/` : [],
    );
    if (meshes.length > 0) {
      for (const path of keysByName.keys())
        if (meshes.some((mesh) => path.startsWith(mesh))) admitting.add(path);
    }
    for (const proxy of seen) admitting.delete(proxyPath(proxy));
    return { seen, admitting };
  }

  function make(config: ProxyConfig): void {
    const id = resolve(model, config.identity);
    const modelled = id && viewOf(model, id);
    const bare = modelled && withModeChange(modelled, id, instances);
    if (id === undefined || bare === undefined) {
      if (config.state === 'served') config.state = 'orphaned';
      discovery.ask(config.key).end();
      server().delete(config.key);
      return;
    }
    const view = secured(bare, id, config.access);
    config.access = accessIn(view);
    const asking = discovery.ask(config.key);
    const all = withInstances(asking.found, id, instances, (name) => hasOthers({ ...config.identity, name }));
    const found = config.isIdentified ? all : withoutKeys(all);
    const { snapshot, problems } = translate(view, { ...config.features, ...settings }, found);
    const isAwaited = asking.end();
    config.state = 'served';
    if (isAwaited) return;
    config.problems = problems;
    problemLog.say(config);
    server().set(config.key, snapshot);
  }

  /** One change outside the model may affect every proxy, and each drain of an instance is such a change. */
  const due = createDueItems((key: string) => {
    const config = configs.get(key);
    if (config !== undefined) make(config);
  });
  discovery.onChange(due.add);

  return {
    keyOf(node, isIdentified) {
      const recipient = {
        identity: parseIdentity(node.id),
        features: featuresOf(node),
        isIdentified,
      };
      // The key is the whole recipient: two streams that differ in any part of it never share a configuration.
      const key = JSON.stringify(recipient);
      const shared = configs.get(key);
      if (shared !== undefined) {
        shared.streams += 1;
        // One string for all streams of a configuration.
        return shared.key;
      }
      const config: ProxyConfig = {
        key,
        ...recipient,
        state: 'waiting',
        problems: [],
        troubles: () => discovery.troublesOf(key),
        access: undefined,
        streams: 1,
      };
      configs.set(key, config);
      const path = proxyPath(recipient.identity);
      const siblings = keysByName.get(path) ?? new Set();
      keysByName.set(path, siblings.add(key));
      if (siblings.size === 1) problemLog.connected(path);
      make(config);
      noteOther(config);
      return key;
    },
    release(key) {
      const config = configs.get(key);
      if (config === undefined || --config.streams > 0) return;
      configs.delete(key);
      const siblings = keysByName.get(proxyPath(config.identity));
      siblings?.delete(key);
      if (siblings?.size === 0) keysByName.delete(proxyPath(config.identity));
      discovery.ask(key).end();
      problemLog.forget(key);
      server().delete(key);
      noteOther(config);
    },
    apply(changes) {
      let streams = 0;
      const remake = (path: string, isAffected: (config: ProxyConfig) => boolean): void => {
        for (const key of keysByName.get(path) ?? []) {
          const config = configs.get(key);
          if (config === undefined || !isAffected(config)) continue;
          make(config);
          streams += config.streams;
        }
      };
      const { seen, admitting } = applyToGraph(changes);
      for (const proxy of seen) remake(proxyPath(proxy), () => true);
      for (const path of admitting) remake(path, hasNewAccess);
      return streams;
    },
    refreshCallers,
    refresh: (node) => due.add(keysOf([node, ...dependents.callersOf(node)])),
    isSettled: (node) =>
      keysOf([node, ...dependents.callersOf(node)]).every((key) =>
        [CLUSTER, ENDPOINTS, LISTENER].every((type) => server().settled(key, type) !== 'pending'),
      ),
    hasOthers,
    onOthers: (listener) => void otherListeners.push(listener),
    dependents,
    get: (key) => configs.get(key),
    connected(identity) {
      const [key = ''] = keysByName.get(proxyPath(identity)) ?? [];
      return configs.get(key);
    },
    allOf: (identity) =>
      Array.from(keysByName.get(proxyPath(identity)) ?? [], (key) => configs.get(key)).filter(
        (config) => config !== undefined,
      ),
    circumstances,
  };
}
