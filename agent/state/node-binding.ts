import { hash } from 'node:crypto';

/** The proxy that a configuration was made for: its node id, and the features that the control plane translated it with. */
export type NodeBinding = {
  readonly id: string;
  /** Members of `node.metadata.daybreak`: all of `FACTS`, and each ability that the agent had. */
  readonly features: Readonly<Record<string, boolean | string>>;
};

/** The node of Envoy's bootstrap. */
export type ProxyNode = { readonly id: string; readonly metadata: Readonly<Record<string, unknown>> };

/**
 * Facts of one task or machine that the control plane puts into the configuration: addresses to listen on and to connect to, and
 * whether Envoy has a secret server. A configuration with other facts is wrong for this Envoy.
 */
const FACTS: readonly string[] = ['ipv6', 'appAddress', 'sds'];

/** Returns the binding of a node. Values that differ from start to start, such as `instance`, are no part of it. */
export function bindingOf({ id, metadata }: ProxyNode): NodeBinding {
  const said = Object.entries((metadata['daybreak'] ?? {}) as Record<string, unknown>);
  const features = said.filter(
    (entry): entry is [string, boolean | string] =>
      entry[1] === true ||
      (FACTS.includes(entry[0]) && (typeof entry[1] === 'boolean' || typeof entry[1] === 'string')),
  );
  return { id, features: Object.fromEntries(features) };
}

/**
 * Returns why a configuration with the binding `stored` is not for the node `own`, or undefined if it is. An ability that the agent
 * gained since, by an upgrade, does no harm.
 */
export function bindingProblem(stored: NodeBinding, own: NodeBinding): string | undefined {
  if (stored.id !== own.id) return `belongs to ${stored.id}`;
  for (const name of new Set([...FACTS, ...Object.keys(stored.features)])) {
    const [was, is] = [stored.features[name], own.features[name]];
    if (was !== is)
      return `was made for a proxy with ${name} ${describe(was)}, and this one has ${describe(is)}`;
  }
  return undefined;
}

const LONGEST_NAME = 80;
const HASH_DIGITS = 16;

/** Returns the name of a node's state file: a readable part, and a hash that tells apart all ids. */
export function stateFileName({ id }: NodeBinding): string {
  const readable = id.slice(-LONGEST_NAME).replaceAll(/[^\w.-]+/g, '_');
  return `${readable}-${hash('sha256', id, 'hex').slice(0, HASH_DIGITS)}.state`;
}

function describe(value: boolean | string | undefined): string {
  return value === undefined ? 'unset' : String(value);
}
