import { CLUSTER, LISTENER, type TypeUrl } from '../types.ts';

/**
 * The subscription of one stream to one type. The rules are those of "How the client specifies what resources to return" in
 * Envoy's xDS protocol text. Only clusters and listeners have a wildcard: the name `*`, or no names as long as none was ever
 * given ("legacy wildcard"). All other types are subscribed to by name, and `*` is a name like any other.
 */
export type Subscription = {
  wildcard: boolean;
  /** Whether any name, `*` included, was ever given on this stream. From then on, a list without names is no wildcard. */
  named: boolean;
  /** Names other than the wildcard's. */
  readonly names: Set<string>;
};

/** The change that a request made to a subscription. */
export type SubscriptionChange = {
  /** Names to send: new ones, and in the incremental variant those that were subscribed to again. */
  readonly added: readonly string[];
  /** Names that were subscribed to explicitly and no longer are. */
  readonly removed: readonly string[];
  /** `again`: the request subscribed to the wildcard although it was subscribed to already. */
  readonly wildcard: 'same' | 'added' | 'again' | 'removed';
};

const WILDCARD = '*';

/** Whether a client can subscribe to all resources of a type. */
export function hasWildcard(typeUrl: TypeUrl): boolean {
  return typeUrl === CLUSTER || typeUrl === LISTENER;
}

/** Creates the subscription before the first request of a type. */
export function noSubscription(): Subscription {
  return { wildcard: false, named: false, names: new Set() };
}

/** Replaces, in state of the world, the subscribed names with those of a request. */
export function replaceNames(
  subscription: Subscription,
  typeUrl: TypeUrl,
  names: readonly string[],
): SubscriptionChange {
  const before = { wildcard: subscription.wildcard, names: new Set(subscription.names) };
  subscription.named ||= names.length > 0;
  subscription.wildcard = hasWildcard(typeUrl) && (!subscription.named || names.includes(WILDCARD));
  subscription.names.clear();
  for (const name of names) if (!isWildcard(name, typeUrl)) subscription.names.add(name);
  return {
    added: [...subscription.names].filter((name) => !before.names.has(name)),
    removed: [...before.names].filter((name) => !subscription.names.has(name)),
    wildcard: compare(before.wildcard, subscription.wildcard),
  };
}

/** Whether, in state of the world, a request certainly changes nothing, because it has the known names in the same order. */
export function isUnchanged(
  { wildcard, named, names: known }: Subscription,
  typeUrl: TypeUrl,
  names: readonly string[],
): boolean {
  if (!named) return names.length === 0 && known.size === 0 && wildcard === hasWildcard(typeUrl);
  if (wildcard) return known.size === 0 && names.length === 1 && names[0] === WILDCARD;
  if (names.length !== known.size) return false;
  let index = 0;
  for (const name of known) if (name !== names[index++]) return false;
  return true;
}

/** Adds and removes names, in the incremental variant. A name that is subscribed to again counts as added: the client may have dropped it. */
export function changeNames(
  subscription: Subscription,
  typeUrl: TypeUrl,
  subscribe: readonly string[],
  unsubscribe: readonly string[],
): SubscriptionChange {
  const before = subscription.wildcard;
  const asksForAll = subscribe.some((name) => isWildcard(name, typeUrl));
  // A request without a subscription begins the legacy wildcard, whatever it unsubscribes from. That ends when it is unsubscribed from;
  // subscribing to other names does not end it.
  if (asksForAll || (subscribe.length === 0 && !subscription.named))
    subscription.wildcard = hasWildcard(typeUrl);
  if (subscribe.length > 0) subscription.named = true;
  const added = new Set(subscribe.filter((name) => !isWildcard(name, typeUrl)));
  for (const name of added) subscription.names.add(name);
  const removed: string[] = [];
  for (const name of unsubscribe) {
    if (isWildcard(name, typeUrl)) {
      subscription.wildcard = false;
      subscription.named = true;
    } else if (subscription.names.delete(name)) {
      removed.push(name);
      added.delete(name);
    }
  }
  const wildcard = compare(before, subscription.wildcard);
  return { added: [...added], removed, wildcard: wildcard === 'same' && asksForAll ? 'again' : wildcard };
}

/** Whether a subscription includes a name. */
export function wants(subscription: Subscription, name: string): boolean {
  return subscription.wildcard || subscription.names.has(name);
}

function isWildcard(name: string, typeUrl: TypeUrl): boolean {
  return name === WILDCARD && hasWildcard(typeUrl);
}

function compare(before: boolean, now: boolean): 'same' | 'added' | 'removed' {
  if (before === now) return 'same';
  return now ? 'added' : 'removed';
}
