import { chainAddresses } from '../../common/addresses/chain-addresses.ts';
import {
  followNames,
  type FollowNamesOptions,
  type NameStatus,
} from '../../common/addresses/follow-names.ts';
import type { ListenerNames } from '../../common/contracts/listener-names.ts';
import type { Log } from '../../common/log.ts';
import { sharedAddresses, type SharedAddress } from '../../common/addresses/shared-addresses.ts';
import { LISTENER, type Resource, type Snapshot } from '../../xds/types.ts';
import { filledListener, namesIn, type PortAddresses } from './filled-listener.ts';

/** Fills the addresses of names into listeners, and follows these names. */
export type NameFilling = {
  /**
   * The snapshot with the addresses that are known in its listeners. Undefined while a name that a listener now wants for the
   * first time has not been looked up, for 2 s at most: a listener without its addresses would close connections.
   */
  readonly fill: (snapshot: Snapshot) => Snapshot | undefined;
  /** Is told when `fill` would give something else for the same snapshot. One listener: the relay. */
  readonly onChange: (listener: () => void) => void;
  /** How each name stands. Its problem may be that on some port another has its address. */
  readonly status: () => readonly NameStatus[];
  readonly close: () => void;
};

/** How long listeners wait for the first answers, in milliseconds. */
const PATIENCE = 2000;

/** Starts with no names. `ask` is for tests; by default the host's resolver is asked. */
export function createNameFilling(log: Log, ask?: FollowNamesOptions['ask']): NameFilling {
  let changed = (): void => undefined;
  let patience: { readonly timer: NodeJS.Timeout; over: boolean } | undefined;
  const followed = followNames({
    log,
    onChange: () => changed(),
    ...(ask === undefined ? {} : { ask }),
  });
  let shared: readonly SharedAddress[] = [];
  const namesOf = remember(namesIn);
  const filledOf = rememberLast(filledListener);

  function addressesOf(names: ListenerNames): PortAddresses {
    return new Map(
      Object.entries(names).map(([port, chains]) => [port, chainAddresses(chains, followed.addressesOf)]),
    );
  }

  /** Notes the addresses that two names have, and says of those that it did not know. */
  function noteShared(ports: readonly ListenerNames[]): void {
    const known = new Set(shared.map(describeShared));
    shared = ports.flatMap((each) => sharedAddresses(each, followed.addressesOf));
    for (const each of shared)
      if (!known.has(describeShared(each))) log.warn({ name: each.name }, describeShared(each));
  }

  /** Whether the first answers are still waited for. A new wait begins when all names have been settled once. */
  function isWaiting(names: readonly string[]): boolean {
    if (names.every((name) => followed.isSettled(name))) {
      clearTimeout(patience?.timer);
      patience = undefined;
      return false;
    }
    if (patience === undefined) {
      const wait = { timer: setTimeout(end, PATIENCE).unref(), over: false };
      patience = wait;
      function end(): void {
        wait.over = true;
        changed();
      }
    }
    return !patience.over;
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
      if (isWaiting(wanted)) return undefined;
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
    close() {
      clearTimeout(patience?.timer);
      followed.close();
    },
  };
}

function describeShared({ port, name, rival, address }: SharedAddress): string {
  return `the address ${address} of ${name} is that of ${rival} too: nothing tells them apart on port ${port}`;
}

function namesOfChains(chains: ListenerNames[string]): readonly string[] {
  return chains.flatMap((each) => ('names' in each ? each.names : []));
}

/** A listener is read once: the same resource is served again at each change of any other. */
function remember<T>(make: (resource: Resource) => T): (resource: Resource) => T {
  const made = new WeakMap<Resource, { readonly value: T }>();
  return (resource) => {
    let known = made.get(resource);
    if (known === undefined) made.set(resource, (known = { value: make(resource) }));
    return known.value;
  };
}

/** The same with addresses: the very same resource again as long as they are equal. */
function rememberLast(
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
