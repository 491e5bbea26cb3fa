/** Unauthenticated connections, grouped by client address. */
export type AddressGroups<T> = {
  add(one: T): void;
  remove(one: T): void;
  /** The next one to evict: the oldest of the address with the most. */
  oldestOfLargest(): T | undefined;
  size(): number;
};

/** Creates an empty set of groups. */
export function createAddressGroups<T extends { readonly address: string }>(): AddressGroups<T> {
  const byAddress = new Map<string, Set<T>>();
  let size = 0;
  return {
    add(one) {
      const same = byAddress.get(one.address);
      if (same === undefined) byAddress.set(one.address, new Set([one]));
      else same.add(one);
      size += 1;
    },
    remove(one) {
      const same = byAddress.get(one.address);
      if (same?.delete(one) !== true) return;
      size -= 1;
      if (same.size === 0) byAddress.delete(one.address);
    },
    oldestOfLargest() {
      let most: Set<T> | undefined;
      for (const same of byAddress.values()) if (same.size > (most?.size ?? 0)) most = same;
      const [first] = most ?? [];
      return first;
    },
    size: () => size,
  };
}
