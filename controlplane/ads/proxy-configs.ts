import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Log } from '../../common/log.ts';
import type { XdsNode } from '../../xds/node.ts';
import type { XdsServer } from '../../xds/server.ts';
import type { Discovery } from '../discovery/discovery.ts';
import { Dependents } from '../mesh/dependents.ts';
import type { Model } from '../mesh/model.ts';
import type { Change } from '../mesh/resource.ts';
import { viewOf } from '../mesh/view.ts';
import type { Circumstances, ConditionalProblem, Problem } from '../translate/problems.ts';
import type { Features } from '../translate/features.ts';
import { withoutKeys } from '../translate/external-inputs.ts';
import { DEFAULT_SETTINGS, type TranslationSettings } from '../translate/options.ts';
import { translate } from '../translate/translate.ts';
import { featuresOf, parseIdentity, proxyPath, resolve, type Identity } from './identity.ts';
import { createProblemLog } from './problem-log.ts';

/** For how long configurations are made before anything else gets its turn, in milliseconds. */
const LONGEST_TURN = 20;

/** One configuration that is served: who asked for it, and how it stands. */
export type ProxyConfig = {
  readonly key: string;
  readonly identity: Identity;
  readonly features: Features;
  /** Its streams have shown who they are; to others no private key is served. */
  readonly isIdentified: boolean;
  /** `waiting`: the id names nothing yet. `orphaned`: its resource was deleted; the proxies keep what they have. */
  state: 'waiting' | 'served' | 'orphaned';
  problems: readonly ConditionalProblem[];
  /** What of it is not fresh, because who knows cannot be asked. */
  readonly troubles: () => readonly Problem[];
  /** How many streams there are. */
  streams: number;
};

/** The configurations of all proxies that are connected, kept as the model has them. */
export type ProxyConfigs = {
  /**
   * The key of a new stream's configuration, made if it is the first to ask. `isIdentified`: the stream has shown who it is.
   * Throws a CallError on a malformed id.
   */
  readonly keyOf: (node: XdsNode, isIdentified: boolean) => string;
  /** A stream has ended; what nobody is connected for any more is forgotten. */
  readonly release: (key: string) => void;
  /** Makes anew what these changes touch, and nothing else. Answers how many streams that is for. */
  readonly apply: (changes: readonly Change[]) => number;
  readonly get: (key: string) => ProxyConfig | undefined;
  /** The configuration of a proxy that is connected; of several, the first. */
  readonly connected: (identity: Identity) => ProxyConfig | undefined;
  /** The circumstances of a proxy that has no secret yet. */
  readonly circumstances: (identity: Identity) => Circumstances;
};

/**
 * Translates for proxies, on demand and on change, into the snapshots of an ADS server. Begins with the model as it is. A
 * configuration that needs what was never asked for outside the model waits for the first answer, a little while at most:
 * until then its proxies keep what they have.
 */
export function createProxyConfigs(
  model: Model,
  discovery: Discovery,
  server: () => XdsServer,
  log: Log,
  settings: TranslationSettings = DEFAULT_SETTINGS,
): ProxyConfigs {
  const dependents = new Dependents();
  dependents.apply(
    Array.from(model.resources(), (resource) => ({ revision: model.revision, id: resource, resource })),
  );
  const configs = new Map<string, ProxyConfig>();
  const keysByName = new Map<string, Set<string>>();

  /** Whatever secrets a proxy may have. */
  const circumstances = (identity: Identity): Circumstances => ({
    isConnected: (name) => keysByName.has(proxyPath({ ...identity, kind: 'virtualNode', name })),
    held: () => undefined,
  });

  const problemLog = createProblemLog(log, circumstances);

  function make(config: ProxyConfig): void {
    const id = resolve(model, config.identity);
    const view = id && viewOf(model, id);
    if (view === undefined) {
      if (config.state === 'served') config.state = 'orphaned';
      discovery.ask(config.key).end();
      server().delete(config.key);
      return;
    }
    const asking = discovery.ask(config.key);
    const found = config.isIdentified ? asking.found : withoutKeys(asking.found);
    const { snapshot, problems } = translate(view, { ...config.features, ...settings }, found);
    const isAwaited = asking.end();
    config.state = 'served';
    if (isAwaited) return;
    config.problems = problems;
    problemLog.say(config);
    server().set(config.key, snapshot);
  }

  /** An answer may be of concern to every proxy there is: nobody else has to wait for all of them. */
  async function makeInTurns(keys: Iterable<string>): Promise<void> {
    let since = performance.now();
    for (const key of keys) {
      const config = configs.get(key);
      if (config !== undefined) make(config);
      if (performance.now() - since < LONGEST_TURN) continue;
      await nextTurn();
      since = performance.now();
    }
  }
  discovery.onChange((askers) => void makeInTurns(askers));

  return {
    keyOf(node, isIdentified) {
      const recipient = {
        identity: parseIdentity(node.id),
        features: featuresOf(node),
        isIdentified,
      };
      // The whole of it: two streams that differ in anything never share what is made for one of them.
      const key = JSON.stringify(recipient);
      const shared = configs.get(key);
      if (shared !== undefined) {
        shared.streams += 1;
        return key;
      }
      const config: ProxyConfig = {
        key,
        ...recipient,
        state: 'waiting',
        problems: [],
        troubles: () => discovery.troublesOf(key),
        streams: 1,
      };
      configs.set(key, config);
      const path = proxyPath(recipient.identity);
      const siblings = keysByName.get(path) ?? new Set();
      keysByName.set(path, siblings.add(key));
      if (siblings.size === 1) problemLog.connected(path);
      make(config);
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
    },
    apply(changes) {
      let streams = 0;
      for (const proxy of dependents.apply(changes)) {
        for (const key of keysByName.get(proxyPath(proxy)) ?? []) {
          const config = configs.get(key);
          if (config === undefined) continue;
          make(config);
          streams += config.streams;
        }
      }
      return streams;
    },
    get: (key) => configs.get(key),
    connected(identity) {
      const [key = ''] = keysByName.get(proxyPath(identity)) ?? [];
      return configs.get(key);
    },
    circumstances,
  };
}
