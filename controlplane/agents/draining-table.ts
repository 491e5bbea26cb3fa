import { collectPerTurn } from '../../common/collect-per-turn.ts';
import { idKey } from '../mesh/model.ts';
import type { ResourceId } from '../mesh/resource.ts';
import type { Leaving } from '../translate/external-inputs.ts';

/**
 * A draining instance. `isEnded`: the stream of its agent has ended, so an agent that serves under the same addresses brings the instance
 * back.
 */
export type KnownLeaving = { readonly leaving: Leaving; readonly isEnded: boolean };

/** An instance of this replica; `known` is undefined once it is no longer out. */
export type OwnLeaving = {
  readonly id: string;
  readonly node: ResourceId<'virtualNode'>;
  readonly known: KnownLeaving | undefined;
};

/** An instance that is out. `id`: undefined for an instance of another replica. `timer`: brings it back. */
export type DrainingEntry = KnownLeaving & {
  readonly id: string | undefined;
  readonly timer: NodeJS.Timeout | undefined;
};

/** The entries of a virtual node by their keys, from the oldest. */
export type DrainingOfNode = {
  readonly node: ResourceId<'virtualNode'>;
  readonly entries: Map<string, DrainingEntry>;
};

/** The instances of each virtual node that are out, and the listeners to changes. */
export type DrainingTable = {
  readonly get: (node: ResourceId<'virtualNode'>) => DrainingOfNode | undefined;
  readonly all: () => Iterable<DrainingOfNode>;
  /** Adds an entry or replaces it, and tells the listeners. Beyond a bound, the oldest entry of the virtual node comes back. */
  readonly add: (node: ResourceId<'virtualNode'>, key: string, entry: DrainingEntry) => DrainingOfNode;
  /** Removes an entry, if it is there, and tells the listeners. */
  readonly remove: (ofNode: DrainingOfNode, key: string) => void;
  /** Tells the listeners to this replica's own instances. */
  readonly tellOwn: (node: ResourceId<'virtualNode'>, entry: DrainingEntry, isOut: boolean) => void;
  readonly onOwnChange: (listener: (change: OwnLeaving) => void) => void;
  readonly onChange: (listener: (node: ResourceId<'virtualNode'>) => void) => void;
};

/** The most instances of a virtual node that stay out; Cloud Map lists as many of a service. */
const MOST = 1000;

/** Creates an empty table. `onRemoved` is called with the key of each entry that goes. */
export function createDrainingTable(onRemoved: (key: string) => void): DrainingTable {
  const nodes = new Map<string, DrainingOfNode>();
  const listeners: ((node: ResourceId<'virtualNode'>) => void)[] = [];
  const ownListeners: ((change: OwnLeaving) => void)[] = [];
  const changed = collectPerTurn<string, ResourceId<'virtualNode'>>((all) => {
    for (const node of all.values()) for (const listener of listeners) listener(node);
  });
  const tell = (node: ResourceId<'virtualNode'>): void => changed(idKey(node), node);

  function tellOwn(node: ResourceId<'virtualNode'>, { id, ...known }: DrainingEntry, isOut: boolean): void {
    if (id === undefined) return;
    const { leaving, isEnded } = known;
    const change = { id, node, known: isOut ? { leaving, isEnded } : undefined };
    for (const listener of ownListeners) listener(change);
  }

  function remove({ node, entries }: DrainingOfNode, key: string): void {
    const entry = entries.get(key);
    if (entry === undefined) return;
    clearTimeout(entry.timer);
    entries.delete(key);
    onRemoved(key);
    if (entries.size === 0) nodes.delete(idKey(node));
    tellOwn(node, entry, false);
    tell(node);
  }

  function add(node: ResourceId<'virtualNode'>, key: string, entry: DrainingEntry): DrainingOfNode {
    const ofNode = nodes.get(idKey(node)) ?? { node, entries: new Map<string, DrainingEntry>() };
    nodes.set(idKey(node), ofNode);
    ofNode.entries.set(key, entry);
    tellOwn(node, entry, true);
    tell(node);
    const [oldest] = ofNode.entries.keys();
    if (ofNode.entries.size > MOST && oldest !== undefined) remove(ofNode, oldest);
    return ofNode;
  }

  return {
    get: (node) => nodes.get(idKey(node)),
    all: () => nodes.values(),
    add,
    remove,
    tellOwn,
    onOwnChange: (listener) => void ownListeners.push(listener),
    onChange: (listener) => void listeners.push(listener),
  };
}
