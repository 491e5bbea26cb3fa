import { asObject } from '../as-object.ts';

/**
 * The key in a Listener's `metadata.filter_metadata` under which the control plane lists the names whose addresses select one of several
 * filter chains of a destination port. Its value is a Struct of the shape of `ListenerNames`. Only proxies with the feature `names`
 * receive the key: the agent resolves the names, puts their addresses into the listener's `filter_chain_matcher`, and removes the key.
 * Envoy must not see the key: after a change of metadata it replaces the whole listener and drains all connections, while it updates a
 * changed matcher in place.
 */
export const LISTENER_NAMES = 'daybreak.names';

/**
 * Filter chains that share a destination port, by port in decimal. Addresses of none of the names use the port's entry in the matcher,
 * or without that the outermost `on_no_match`.
 */
export type ListenerNames = Readonly<Record<string, readonly NamedChain[]>>;

/** A filter chain, by its name in the listener, and the connections that use it. */
export type NamedChain =
  /**
   * Connections to the addresses of these host names. `like`: an earlier chain of the port with the same servers, which gets the
   * addresses that both have.
   */
  | { readonly chain: string; readonly names: readonly string[]; readonly like?: string }
  /** Connections to addresses of two chains. At most one per port; without it, such addresses count as addresses of no name. */
  | { readonly chain: string; readonly ambiguous: true };

/** Reads the value of `LISTENER_NAMES`. Skips malformed members, so that one of them does not affect other ports. */
export function readListenerNames(struct: unknown): ListenerNames {
  const ports: Record<string, readonly NamedChain[]> = {};
  for (const [port, chains] of Object.entries(asObject(struct))) {
    if (/^\d{1,5}$/.test(port) && Array.isArray(chains)) ports[port] = chains.flatMap(readChain);
  }
  return ports;
}

function readChain(value: unknown): readonly NamedChain[] {
  const { chain, names, like, ambiguous } = asObject(value);
  if (typeof chain !== 'string') return [];
  if (ambiguous === true) return [{ chain, ambiguous }];
  if (!Array.isArray(names)) return [];
  const known = names.filter((name) => typeof name === 'string');
  return [{ chain, names: known, ...(typeof like === 'string' ? { like } : {}) }];
}
