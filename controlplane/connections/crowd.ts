/** Those that have not shown who they are, by where they come from. */
export type Crowd<T> = {
  add(one: T): void;
  remove(one: T): void;
  /** The one that has to go first: of those of the address that most come from, the one that came first. */
  chosen(): T | undefined;
  size(): number;
};

/** Starts empty. */
export function createCrowd<T extends { readonly address: string }>(): Crowd<T> {
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
    chosen() {
      let most: Set<T> | undefined;
      for (const same of byAddress.values()) if (same.size > (most?.size ?? 0)) most = same;
      const [first] = most ?? [];
      return first;
    },
    size: () => size,
  };
}
