import type { NodeAccess } from '../mesh/access/node-access.ts';
import type { ProxyId } from '../mesh/proxy-view.ts';
import type { Features } from '../translate/features.ts';
import type { ConditionalProblem, Problem } from '../translate/problems.ts';
import { proxyPath, type Identity } from './identity.ts';

/** The proxies that share a configuration. Two streams that differ in any member never share one. */
export type Recipient = {
  readonly identity: Identity;
  readonly features: Features;
  /** Whether its streams are authenticated; others are served no private key. */
  readonly isIdentified: boolean;
};

/** One served configuration: its recipient and its state. */
export type ProxyConfig = Recipient & {
  readonly key: string;
  /** `waiting`: the id names no resource yet. `orphaned`: the resource was deleted; proxies keep their last configuration. */
  state: 'waiting' | 'served' | 'orphaned';
  problems: readonly ConditionalProblem[];
  /** External inputs of the configuration that are not fresh, because their source does not answer. */
  readonly troubles: () => readonly Problem[];
  /** The callers that the virtual node admits; undefined: all. */
  access: NodeAccess | undefined;
  /** Number of open streams. */
  streams: number;
};

/** The configurations of connected proxies, by key and by the path of the proxy's resource (`proxyPath`). */
export class ConfigTable {
  readonly #configs = new Map<string, ProxyConfig>();
  readonly #keysByPath = new Map<string, Set<string>>();

  /** Counts a new stream of a recipient. Returns its configuration, which is new if it has a single stream. */
  open(recipient: Recipient, troublesOf: (key: string) => readonly Problem[]): ProxyConfig {
    const key = JSON.stringify(recipient);
    const shared = this.#configs.get(key);
    if (shared !== undefined) {
      shared.streams += 1;
      return shared;
    }
    const config: ProxyConfig = {
      key,
      ...recipient,
      state: 'waiting',
      problems: [],
      troubles: () => troublesOf(key),
      access: undefined,
      streams: 1,
    };
    this.#configs.set(key, config);
    const path = proxyPath(recipient.identity);
    const siblings = this.#keysByPath.get(path) ?? new Set();
    this.#keysByPath.set(path, siblings.add(key));
    return config;
  }

  /** Removes a stream from the count. After the last one, removes the configuration and returns it. */
  close(key: string): ProxyConfig | undefined {
    const config = this.#configs.get(key);
    if (config === undefined || --config.streams > 0) return undefined;
    this.#configs.delete(key);
    const path = proxyPath(config.identity);
    const siblings = this.#keysByPath.get(path);
    siblings?.delete(key);
    if (siblings?.size === 0) this.#keysByPath.delete(path);
    return config;
  }

  get(key: string): ProxyConfig | undefined {
    return this.#configs.get(key);
  }

  /** The paths of all connected proxies. */
  paths(): Iterable<string> {
    return this.#keysByPath.keys();
  }

  /** The configurations of the connected proxies of a path. */
  at(path: string): readonly ProxyConfig[] {
    return Array.from(this.#keysByPath.get(path) ?? [], (key) => this.#configs.get(key)).filter(
      (config) => config !== undefined,
    );
  }

  /** The keys of the configurations of these proxies that are connected. */
  keysOf(proxies: readonly ProxyId[]): readonly string[] {
    return proxies.flatMap((proxy) => [...(this.#keysByPath.get(proxyPath(proxy)) ?? [])]);
  }
}
