import { chainAddresses } from '../../common/addresses/chain-addresses.ts';
import type { NameStatus } from '../../common/addresses/follow-name.ts';
import { followNames, type FollowNamesOptions } from '../../common/addresses/follow-names.ts';
import type { ListenerNames } from '../../common/contracts/listener-names.ts';
import type { Log } from '../../common/log.ts';
import { sharedAddresses, type SharedAddress } from '../../common/addresses/shared-addresses.ts';
import { coded } from '../codes.ts';
import { LISTENER, type Resource, type Snapshot } from '../../xds/types.ts';
import { createFirstLookups } from './first-lookups.ts';
import { filledListener, namesIn, type PortAddresses } from './filled-listener.ts';

/** Fills the addresses of names into listeners, and watches these names for changes. */
export type NameFilling = {
  /**
   * Returns the snapshot with all known addresses in its listeners. Returns undefined, for 2 s at most, while the first lookup of a new
   * name is pending: a listener without its addresses would close connections.
   */
  readonly fill: (snapshot: Snapshot) => Snapshot | undefined;
  /** Sets the function that is called when `fill` would return another result for the same snapshot. Only one: the relay's. */
  readonly onChange: (listener: () => void) => void;
  /** Status of each name. A problem may be that another name has the same address on some port. */
  readonly status: () => readonly NameStatus[];
  /** Returns the current addresses of each name that has any. */
  readonly addresses: () => ReadonlyMap<string, readonly string[]>;
  readonly close: () => void;
};

/**
 * Creates a filling without names. `known`: addresses from an earlier run, with which a listener does not wait for the resolver. `ask` replaces the
 * host's resolver, for tests.
 */
export function createNameFilling(
  log: Log,
  { known, ask }: Pick<FollowNamesOptions, 'known' | 'ask'> = {},
): NameFilling {
  let changed = (): void => undefined;
  const followed = followNames({
    log,
    onChange: () => changed(),
    ...(known === undefined ? {} : { known }),
    ...(ask === undefined ? {} : { ask }),
  });
  const firstLookups = createFirstLookups(
    (name) => followed.isSettled(name),
    () => changed(),
  );
  let shared: readonly SharedAddress[] = [];
  const namesOf = memoize(namesIn);
  const filledOf = memoizeLast(filledListener);

  function addressesOf(names: ListenerNames): PortAddresses {
    return new Map(
      Object.entries(names).map(([port, chains]) => [port, chainAddresses(chains, followed.addressesOf)]),
    );
  }

  /** Records the addresses that two names share, and logs new ones. */
  function noteShared(ports: readonly ListenerNames[]): void {
    const before = new Set(shared.map(describeShared));
    shared = ports.flatMap((each) => sharedAddresses(each, followed.addressesOf));
    for (const each of shared)
      if (!before.has(describeShared(each)))
        log.warn(coded('NAMES_SHARE_ADDRESS', { name: each.name }), describeShared(each));
  }

  return {
    fill(snapshot) {
      const listeners = snapshot.get(LISTENER);
      const all = [...(listeners?.resources.values() ?? [])].map((resource) => ({
        resource,
        names: namesOf(resource),
      }));
      const wanted = all.flatMap(({ names }) => Object.values(names).flatMap(namesOfChains));
      followed.follow(wanted);
      if (firstLookups.isPending(wanted)) return undefined;
      noteShared(all.map(({ names }) => names));
      if (listeners === undefined) return snapshot;
      const resources = new Map(
        all.map(({ resource, names }) => [resource.name, filledOf(resource, addressesOf(names))]),
      );
      if (all.every(({ resource }) => resources.get(resource.name) === resource)) return snapshot;
      return new Map(snapshot).set(LISTENER, { ...listeners, resources });
    },
    onChange(listener) {
      changed = listener;
    },
    status: () =>
      followed.status().map((each) => {
        const own = shared.find(({ name }) => name.toLowerCase() === each.name);
        return { ...each, problem: each.problem ?? (own && describeShared(own)) };
      }),
    addresses: () =>
      new Map(
        followed.status().flatMap(({ name, current }) => (current.length === 0 ? [] : [[name, current]])),
      ),
    close() {
      firstLookups.close();
      followed.close();
    },
  };
}

function describeShared({ port, name, rival, address }: SharedAddress): string {
  return `address ${address} of ${name} is also an address of ${rival}: Envoy cannot tell them apart on port ${port}`;
}

function namesOfChains(chains: ListenerNames[string]): readonly string[] {
  return chains.flatMap((each) => ('names' in each ? each.names : []));
}

/** Memoizes per resource, because a change of one resource serves all others again as the same objects. */
function memoize<T>(make: (resource: Resource) => T): (resource: Resource) => T {
  const made = new WeakMap<Resource, { readonly value: T }>();
  return (resource) => {
    let known = made.get(resource);
    if (known === undefined) made.set(resource, (known = { value: make(resource) }));
    return known.value;
  };
}

/** Memoizes the latest result per resource and addresses, so that equal addresses give the same object. */
function memoizeLast(
  make: (resource: Resource, ports: PortAddresses) => Resource,
): (resource: Resource, ports: PortAddresses) => Resource {
  const made = new WeakMap<Resource, { readonly key: string; readonly value: Resource }>();
  return (resource, ports) => {
    const key = JSON.stringify([...ports]);
    let known = made.get(resource);
    if (known?.key !== key) made.set(resource, (known = { key, value: make(resource, ports) }));
    return known.value;
  };
}
