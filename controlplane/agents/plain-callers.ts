import type { PlainCaller } from '../../common/contracts/agent-channel/state.ts';
import { idKey } from '../mesh/model.ts';
import type { NodeId } from './draining.ts';

/** The callers without mutual TLS of virtual nodes, according to the agents of the nodes. */
export type PlainCallers = {
  /** Takes the callers that an agent reports. */
  readonly add: (node: NodeId, callers: readonly PlainCaller[]) => void;
  /** The callers of a node within the window, the latest first. */
  readonly of: (node: NodeId) => readonly PlainCaller[];
  /** The nodes that have had callers without mutual TLS. */
  readonly nodes: () => readonly NodeId[];
};

/** The most callers of a virtual node that are kept, the latest ones. */
const MOST = 1000;

/** Creates an empty table. `windowMs`: how long a caller counts after its last call; `now`: milliseconds since 1970. */
export function createPlainCallers(windowMs: number, now: () => number = Date.now): PlainCallers {
  const all = new Map<string, { readonly node: NodeId; readonly callers: Map<string, PlainCaller> }>();

  function current(node: NodeId): Map<string, PlainCaller> | undefined {
    const key = idKey(node);
    const callers = all.get(key)?.callers;
    if (callers === undefined) return undefined;
    for (const [address, { last }] of callers) if (last + windowMs < now()) callers.delete(address);
    if (callers.size === 0) all.delete(key);
    return callers;
  }

  return {
    add(node, callers) {
      const known = current(node) ?? new Map<string, PlainCaller>();
      // `last` is by the agent's clock: a call in the future would stay for years, and `STRICT` could not be set.
      const called = callers.map((caller) => ({ ...caller, last: Math.min(caller.last, now()) }));
      for (const caller of called.toSorted((a, b) => a.last - b.last)) {
        if (caller.last + windowMs < now()) continue;
        if ((known.get(caller.address)?.last ?? -Infinity) > caller.last) continue;
        known.delete(caller.address);
        known.set(caller.address, caller);
        const [oldest] = known.keys();
        if (known.size > MOST && oldest !== undefined) known.delete(oldest);
      }
      if (known.size > 0) all.set(idKey(node), { node, callers: known });
    },
    of: (node) => [...(current(node)?.values() ?? [])].toSorted((a, b) => b.last - a.last),
    nodes: () =>
      Array.from(all.values(), ({ node }) => node).filter((node) => (current(node)?.size ?? 0) > 0),
  };
}
