/**
 * The key under a Listener's `metadata.filter_metadata` where the control plane lists the names whose addresses tell the
 * filter chains of one destination port apart. Its value is a Struct of the shape of `ListenerNames`. It is sent only to a
 * proxy with the feature `names`: the agent resolves the names, puts their addresses into the listener's
 * `filter_chain_matcher`, and takes this key away. Envoy never sees it: with other metadata it replaces the whole listener and
 * drains every connection, while another matcher is taken over in place.
 */
export const LISTENER_NAMES = 'daybreak.names';

/**
 * By destination port, in decimal: the filter chains that share it. An entry of that port in the matcher, or where there is
 * none the outermost `on_no_match`, is what an address gets that belongs to none of the names.
 */
export type ListenerNames = Readonly<Record<string, readonly NamedChain[]>>;

/** One filter chain, by its name in the listener, and the connections that are to take it. */
export type NamedChain =
  /**
   * Connections to an address that one of these host names resolves to. `like`: an earlier chain of the port, which leads to the
   * same servers; an address that both have is that one's.
   */
  | { readonly chain: string; readonly names: readonly string[]; readonly like?: string }
  /** Connections to an address of names of two chains. At most one of a port; without it they are treated as belonging to no name. */
  | { readonly chain: string; readonly ambiguous: true };

/** Reads the value of `LISTENER_NAMES`. What is not of its shape is left out, so that one bad member harms no other port. */
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

function asObject(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
