import { CLUSTER, LISTENER, type TypeUrl } from '../types.ts';

/**
 * What one stream wants of one type. The rules are those of "How the client specifies what resources to return" in
 * Envoy's xDS protocol text. Of clusters and listeners all can be asked for: by the name `*`, or by naming nothing as
 * long as nothing was ever named ("legacy wildcard"). All other types are asked for by name, and `*` is one like any other.
 */
export type Subscription = {
  wildcard: boolean;
  /** Whether any name, `*` included, was ever given on this stream: from then on, naming nothing means nothing. */
  named: boolean;
  /** Without the wildcard's. */
  readonly names: Set<string>;
};

/** What a request changed. */
export type SubscriptionChange = {
  /** Names to be sent: new ones, and in the incremental variant those that were subscribed to again. */
  readonly added: readonly string[];
  /** Names that were subscribed to by themselves and no longer are. */
  readonly removed: readonly string[];
  /** `again`: all was asked for although it was subscribed to already. */
  readonly wildcard: 'same' | 'added' | 'again' | 'removed';
};

const WILDCARD = '*';

/** Types of which a client can ask for all there is. */
export function hasWildcard(typeUrl: TypeUrl): boolean {
  return typeUrl === CLUSTER || typeUrl === LISTENER;
}

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
  subscription.wildcard = hasWildcard(typeUrl) && (!subscription.named || names.includes(WILDCARD));
  subscription.names.clear();
  for (const name of names) if (!isWildcard(name, typeUrl)) subscription.names.add(name);
  return {
    added: [...subscription.names].filter((name) => !before.names.has(name)),
    removed: [...before.names].filter((name) => !subscription.names.has(name)),
    wildcard: compare(before.wildcard, subscription.wildcard),
  };
}

/** State of the world: whether a request surely changes nothing, as it has the names in the order in which they are known. */
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

/** Incremental: names are added and taken away. A name that is subscribed to again counts as added: the client may have forgotten it. */
export function changeNames(
  subscription: Subscription,
  typeUrl: TypeUrl,
  subscribe: readonly string[],
  unsubscribe: readonly string[],
): SubscriptionChange {
  const before = subscription.wildcard;
  const asksForAll = subscribe.some((name) => isWildcard(name, typeUrl));
  const names = subscribe.length + unsubscribe.length;
  // The legacy wildcard ends when it is unsubscribed from; naming something beside it does not end it.
  if (asksForAll || (names === 0 && !subscription.named)) subscription.wildcard = hasWildcard(typeUrl);
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

/** Whether a resource of that name is wanted. */
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
