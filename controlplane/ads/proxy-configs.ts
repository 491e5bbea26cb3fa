import type { Log } from '../../common/log.ts';
import type { XdsNode } from '../../xds/node.ts';
import type { XdsServer } from '../../xds/server.ts';
import { Dependents } from '../mesh/dependents.ts';
import type { Model } from '../mesh/model.ts';
import type { Change } from '../mesh/resource.ts';
import { viewOf, type ProxyId } from '../mesh/view.ts';
import { NOTHING_FOUND } from '../translate/found.ts';
import type { Problem } from '../translate/problems.ts';
import type { Features } from '../translate/proxy.ts';
import { translate } from '../translate/translate.ts';
import { featuresOf, parseIdentity, resolve, type Identity } from './identity.ts';

/** One configuration that is served: who asked for it, and how it stands. */
export type ProxyConfig = {
  readonly key: string;
  readonly identity: Identity;
  readonly features: Features;
  /** `waiting`: the id names nothing yet. `orphaned`: its resource was deleted; the proxies keep what they have. */
  state: 'waiting' | 'served' | 'orphaned';
  problems: readonly Problem[];
  /** How many streams there are. */
  streams: number;
};

/** The configurations of all proxies that are connected, kept as the model has them. */
export type ProxyConfigs = {
  /** The key of a new stream's configuration, made if it is the first to ask. Throws an XdsRefusal on a malformed id. */
  readonly keyOf: (node: XdsNode) => string;
  /** A stream has ended; what nobody is connected for any more is forgotten. */
  readonly release: (key: string) => void;
  /** Makes anew what these changes touch, and nothing else. */
  readonly apply: (changes: readonly Change[]) => void;
  readonly get: (key: string) => ProxyConfig | undefined;
};

/** Translates for proxies, on demand and on change, into the snapshots of an ADS server. Begins with the model as it is. */
export function createProxyConfigs(model: Model, server: () => XdsServer, log: Log): ProxyConfigs {
  const dependents = new Dependents();
  dependents.apply(
    Array.from(model.resources(), (resource) => ({ revision: model.revision, id: resource, resource })),
  );
  const configs = new Map<string, ProxyConfig>();
  const keysByName = new Map<string, Set<string>>();

  function make(config: ProxyConfig): void {
    const id = resolve(model, config.identity);
    const view = id && viewOf(model, id);
    if (view === undefined) {
      if (config.state === 'served') config.state = 'orphaned';
      server().delete(config.key);
      return;
    }
    const { snapshot, problems } = translate(view, config.features, NOTHING_FOUND);
    for (const problem of problems)
      log.warn({ proxy: nameOf(config.identity), ...problem }, 'a part of the model has no effect');
    config.state = 'served';
    config.problems = problems;
    server().set(config.key, snapshot);
  }

  return {
    keyOf(node) {
      const identity = parseIdentity(node.id);
      const features = featuresOf(node.metadata);
      const key = `${nameOf(identity)}@${identity.owner ?? ''}${features.ipv6 ? ' ipv6' : ''}${features.sds ? ' sds' : ''}`;
      const shared = configs.get(key);
      if (shared !== undefined) {
        shared.streams += 1;
        return key;
      }
      const config: ProxyConfig = { key, identity, features, state: 'waiting', problems: [], streams: 1 };
      configs.set(key, config);
      const siblings = keysByName.get(nameOf(identity)) ?? new Set();
      keysByName.set(nameOf(identity), siblings.add(key));
      make(config);
      return key;
    },
    release(key) {
      const config = configs.get(key);
      if (config === undefined || --config.streams > 0) return;
      configs.delete(key);
      const siblings = keysByName.get(nameOf(config.identity));
      siblings?.delete(key);
      if (siblings?.size === 0) keysByName.delete(nameOf(config.identity));
      server().delete(key);
    },
    apply(changes) {
      for (const proxy of dependents.apply(changes)) {
        for (const key of keysByName.get(nameOf(proxy)) ?? []) {
          const config = configs.get(key);
          if (config !== undefined) make(config);
        }
      }
    },
    get: (key) => configs.get(key),
  };
}

function nameOf({ mesh, kind, name }: Pick<ProxyId, 'mesh' | 'kind' | 'name'>): string {
  return `mesh/${mesh}/${kind}/${name}`;
}
