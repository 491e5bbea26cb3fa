import { spacedPerKey } from '../../../common/spaced-per-key.ts';
import { isDeepStrictEqual } from 'node:util';
import { idKey } from '../../mesh/model.ts';
import type { NodeId } from '../draining.ts';
import type { MutualInstances } from '../mutual-instances.ts';
import type { MutualInstance } from '../../translate/external-inputs.ts';
import type { NodeFacts } from './node-facts.ts';

/**
 * Shares the instances that take mutual TLS with other replicas, whose streams their callers may have, and with this one after a restart:
 * otherwise, callers would go back to plain text until all agents have reported.
 */
export function shareMutual(own: MutualInstances, facts: NodeFacts): MutualInstances {
  const put = new Map<string, Map<string, MutualInstance>>();
  const listeners: ((node: NodeId) => void)[] = [];
  const told = new Map<string, readonly MutualInstance[]>();

  function of(node: NodeId): readonly MutualInstance[] {
    const mine = own.of(node);
    const ids = new Set(mine.map(idOf));
    const others = facts.of(node, 'instance').filter(({ id }) => !ids.has(id));
    return [...mine, ...others.map(({ fact: { instance } }) => instance)];
  }

  function tell(node: NodeId): void {
    const now = of(node).toSorted((a, b) => (idOf(a) < idOf(b) ? -1 : 1));
    const key = idKey(node);
    // A fact that was only written again changes nothing.
    if (isDeepStrictEqual(told.get(key) ?? [], now)) return;
    if (now.length === 0) told.delete(key);
    else told.set(key, now);
    for (const listener of listeners) listener(node);
  }

  // Each costs a look at all instances of the node: thousands that connect at one moment must not cost one each.
  const noted = spacedPerKey<NodeId>(note);
  const changed = spacedPerKey<NodeId>(tell);

  function note(node: NodeId): void {
    const now = new Map(own.of(node).map((instance) => [idOf(instance), instance]));
    const before = put.get(idKey(node)) ?? new Map<string, MutualInstance>();
    for (const [id, instance] of now)
      if (!isDeepStrictEqual(before.get(id), instance)) facts.put(node, id, { kind: 'instance', instance });
    for (const id of before.keys()) if (!now.has(id)) facts.drop(node, 'instance', id);
    if (now.size === 0) put.delete(idKey(node));
    else put.set(idKey(node), now);
    tell(node);
  }
  own.onChange((node) => noted(idKey(node), node));
  facts.onChange((node, kind) => {
    if (kind === 'instance') changed(idKey(node), node);
  });

  return {
    ...own,
    of,
    set(stream, node, instance, from) {
      own.set(stream, node, instance, from);
      if (instance !== undefined) return;
      // Another proxy may have the address now.
      const gone = facts.of(node, 'instance').filter(({ fact }) => fact.instance.from === from);
      const mine = new Set(own.of(node).map(idOf));
      const ids = gone.map(({ id }) => id).filter((id) => !mine.has(id));
      if (ids.length > 0) facts.remove(node, 'instance', ids);
    },
    onChange: (listener) => void listeners.push(listener),
  };
}

function idOf({ from, addresses }: MutualInstance): string {
  return [from, ...addresses.toSorted()].join(' ');
}
