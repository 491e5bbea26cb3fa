/** Groups of requests that an app answers only after a group is released. */
export type Held = {
  /** Resolves once the group is released. */
  released(group: string): Promise<void>;
  release(group: string): void;
};

/** Creates groups, none of which is released. */
export function createHeld(): Held {
  const groups = new Map<string, PromiseWithResolvers<void>>();
  const groupOf = (group: string): PromiseWithResolvers<void> => {
    const found = groups.get(group) ?? Promise.withResolvers<void>();
    groups.set(group, found);
    return found;
  };
  return {
    released: (group) => groupOf(group).promise,
    release: (group) => groupOf(group).resolve(),
  };
}
