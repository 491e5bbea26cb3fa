/** The wait for the first lookups of names. */
export type FirstLookups = {
  /** Whether first lookups of these names are pending, and the wait is not over. A new wait begins only after all names have been settled once. */
  isPending(names: readonly string[]): boolean;
  close(): void;
};

/** How long listeners wait for the first lookups, in milliseconds. */
const FIRST_LOOKUPS_MS = 2000;

/**
 * Creates the tracker of first lookups, which waits for none yet. `isSettled`: whether a name has an answer or has failed; `onOver`: a wait
 * is over although a lookup is pending.
 */
export function createFirstLookups(isSettled: (name: string) => boolean, onOver: () => void): FirstLookups {
  let wait: { readonly timer: NodeJS.Timeout; isOver: boolean } | undefined;

  function end(): void {
    if (wait !== undefined) wait.isOver = true;
    onOver();
  }

  function close(): void {
    clearTimeout(wait?.timer);
    wait = undefined;
  }

  return {
    isPending(names) {
      if (names.every((name) => isSettled(name))) {
        close();
        return false;
      }
      wait ??= { timer: setTimeout(end, FIRST_LOOKUPS_MS).unref(), isOver: false };
      return !wait.isOver;
    },
    close,
  };
}
