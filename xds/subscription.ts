import { CLUSTER, LISTENER, type TypeUrl } from './types.ts';

/**
 * What one stream wants of one type. The rules are those of "How the client specifies what resources to return" in
 * Envoy's xDS protocol text: a client that never named anything wants all ("legacy wildcard", clusters and listeners
 * only); from the first name on it wants what it named, and all only while `*` is among the names.
 */
export type Subscription = {
  wildcard: boolean;
  /** Whether any name, `*` included, was ever given on this stream. */
  named: boolean;
  readonly names: Set<string>;
};

/** What a request changed: names to be (re-)sent, and names that are no longer wanted. */
export type SubscriptionChange = {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly wildcardAdded: boolean;
};

const WILDCARD = '*';

/** A stream's subscription before its first request of a type. */
export function noSubscription(): Subscription {
  return { wildcard: false, named: false, names: new Set() };
}

/** State of the world: a request's names replace what was wanted. */
export function replaceNames(
  subscription: Subscription,
  typeUrl: TypeUrl,
  names: readonly string[],
): SubscriptionChange {
  const before = { wildcard: subscription.wildcard, names: new Set(subscription.names) };
  subscription.named ||= names.length > 0;
  subscription.wildcard = names.includes(WILDCARD) || isLegacyWildcard(subscription, typeUrl);
  subscription.names.clear();
  for (const name of names) if (name !== WILDCARD) subscription.names.add(name);
  return {
    added: [...subscription.names].filter((name) => !before.names.has(name)),
    removed: [...before.names].filter((name) => !subscription.names.has(name)),
    wildcardAdded: subscription.wildcard && !before.wildcard,
  };
}

/** Incremental: names are added and taken away. A name that is subscribed again counts as added: the client may have forgotten it. */
export function changeNames(
  subscription: Subscription,
  typeUrl: TypeUrl,
  subscribe: readonly string[],
  unsubscribe: readonly string[],
): SubscriptionChange {
  const { wildcard } = subscription;
  const removed: string[] = [];
  subscription.named ||= subscribe.length > 0;
  if (subscribe.includes(WILDCARD)) subscription.wildcard = true;
  else if (!subscription.named) subscription.wildcard = isLegacyWildcard(subscription, typeUrl);
  else if (wildcard && !subscription.names.has(WILDCARD)) subscription.wildcard = false;
  for (const name of subscribe) subscription.names.add(name);
  for (const name of unsubscribe) {
    if (!subscription.names.delete(name)) continue;
    if (name === WILDCARD) subscription.wildcard = false;
    else removed.push(name);
  }
  return {
    added: subscribe.filter((name) => name !== WILDCARD && subscription.names.has(name)),
    removed,
    wildcardAdded: subscription.wildcard && !wildcard,
  };
}

/** Whether a resource of that name is wanted. */
export function wants(subscription: Subscription, name: string): boolean {
  return subscription.wildcard || subscription.names.has(name);
}

function isLegacyWildcard({ named }: Subscription, typeUrl: TypeUrl): boolean {
  return !named && (typeUrl === CLUSTER || typeUrl === LISTENER);
}
