import type { PlainCaller } from '../../../common/contracts/agent-channel/state.ts';
import { idKey } from '../../mesh/model.ts';
import type { NodeId } from '../draining.ts';
import type { PlainCallers } from '../plain-callers.ts';
import type { NodeFacts } from './node-facts.ts';

/** The most callers of a virtual node in the store, the latest ones. */
const MOST = 200;
const MINUTE = 60_000;

/**
 * Keeps the callers without mutual TLS in the store, for other replicas and for the time after a restart: `STRICT` must not be allowed
 * because they were forgotten. `windowMs` is that of the table.
 */
export function sharePlainCallers(
  own: PlainCallers,
  facts: NodeFacts,
  windowMs: number,
  now: () => number = Date.now,
): PlainCallers {
  /** The shortest time between two writes of a known caller, in milliseconds. */
  const every = Math.max(windowMs / 24, MINUTE);

  const stored = (node: NodeId): readonly PlainCaller[] =>
    facts
      .of(node, 'callers')
      .flatMap(({ fact }) => fact.callers.filter(({ last }) => last + windowMs >= now()));

  function of(node: NodeId): readonly PlainCaller[] {
    const all = new Map<string, PlainCaller>();
    for (const caller of [...stored(node), ...own.of(node)])
      if ((all.get(caller.address)?.last ?? -Infinity) <= caller.last) all.set(caller.address, caller);
    return [...all.values()].toSorted((a, b) => b.last - a.last);
  }

  return {
    add(node, callers) {
      own.add(node, callers);
      const before = new Map(stored(node).map(({ address, last }) => [address, last]));
      const isNews = own
        .of(node)
        .slice(0, MOST)
        .some(({ address, last }) => last - (before.get(address) ?? -Infinity) >= every);
      if (isNews) facts.put(node, '', { kind: 'callers', callers: of(node).slice(0, MOST) });
    },
    of,
    nodes: () => {
      const nodes = new Map([...own.nodes(), ...facts.nodes('callers')].map((node) => [idKey(node), node]));
      return [...nodes.values()].filter((node) => of(node).length > 0);
    },
  };
}
