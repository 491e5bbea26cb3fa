/**
 * A search for the resources of one type that made Envoy send a NACK. Envoy applies all other resources of the response
 * (https://www.envoyproxy.io/docs/envoy/latest/api-docs/xds_protocol#ack-and-nack), and does not say in a reliable form which these are.
 * So the agent sends the resources again in groups: those that Envoy has are no change to it, and a group with a bad one is refused again
 * and split.
 */
export type RefusalSearch = {
  /** Envoy refused a response with these resources. Begins beside a search that is not over. */
  begin(names: readonly string[], message: string): void;
  /**
   * Returns the names to send again now: the group whose answer is due, or else the next one; undefined if the search is over. A resource that is
   * no longer served leaves its group, because no answer would name it.
   */
  next(isStillServed: (name: string) => boolean): readonly string[] | undefined;
  /** Handles Envoy's answer to a response. Returns whether it was the answer to the group that `next` returned last. */
  answered(names: ReadonlySet<string>, message: string | undefined): boolean;
  /** Returns names that are known to be refused, once each. */
  found(): readonly string[];
  readonly isOver: () => boolean;
  /** Envoy's stream has ended, and with it all answers that are due. */
  stop(): void;
};

/** Groups with at least one refused resource, unless `isExplained`: then the refused resource may be in another group. */
type Siblings = { left: number; isExplained: boolean };
type Group = { readonly names: readonly string[]; readonly siblings: Siblings };

/** Creates a search that has not begun. */
export function createRefusalSearch(): RefusalSearch {
  let groups: Group[] = [];
  let sent: Group | undefined;
  let found: string[] = [];

  function split(names: readonly string[], message: string): void {
    if (names.length === 1) found.push(...names);
    if (names.length <= 1) return;
    const parts = partsOf(names, message);
    const siblings = { left: parts.length, isExplained: false };
    groups = [...parts.map((part) => ({ names: part, siblings })), ...groups];
  }

  return {
    begin: split,
    next(isStillServed) {
      if (sent !== undefined) sent = narrowed(sent, isStillServed);
      while (sent === undefined) {
        const group = groups.shift();
        if (group === undefined) return undefined;
        const { siblings } = group;
        siblings.left -= 1;
        const served = narrowed(group, isStillServed);
        // All other parts were accepted, so this part contains the refused resource, and need not be sent.
        if (siblings.left === 0 && !siblings.isExplained) split(group.names, '');
        else sent = served;
      }
      return sent.names;
    },
    answered(names, message) {
      if (sent === undefined || !sent.names.every((name) => names.has(name))) return false;
      const { siblings } = sent;
      sent = undefined;
      if (message !== undefined) {
        siblings.isExplained = true;
        split([...names], message);
      }
      return true;
    },
    found() {
      const names = found;
      found = [];
      return names;
    },
    isOver: () => groups.length === 0 && sent === undefined,
    stop() {
      groups = [];
      sent = undefined;
      found = [];
    },
  };
}

/** Returns a group without the names that are no longer served, which may have been the refused ones; undefined if none is left. */
function narrowed({ names, siblings }: Group, isStillServed: (name: string) => boolean): Group | undefined {
  const served = names.filter(isStillServed);
  if (served.length < names.length) siblings.isExplained = true;
  return served.length === 0 ? undefined : { names: served, siblings };
}

/** Splits names: those that the message does not contain, then one part for each that it contains; into halves if it contains none. */
function partsOf(names: readonly string[], message: string): readonly (readonly string[])[] {
  const named = names.filter((name) => message.includes(name));
  const rest = names.filter((name) => !message.includes(name));
  if (named.length > 0 && named.length <= MOST_NAMED && (rest.length > 0 || named.length > 1))
    return [...(rest.length > 0 ? [rest] : []), ...named.map((name) => [name])];
  const half = Math.ceil(names.length / 2);
  return [names.slice(0, half), names.slice(half)];
}

/** If a message contains more names than that, halving finds the refused one sooner. */
const MOST_NAMED = 16;
