import { collectPerTurn } from '../../common/collect-per-turn.ts';
import type { ResourceId } from '../mesh/resource.ts';
import { idKey } from '../mesh/model.ts';
import type { Leaving } from '../translate/external-inputs.ts';

/** A virtual node of the model. */
export type NodeId = ResourceId<'virtualNode'>;

/** The instances of virtual nodes that drain, according to their agents. */
export type Draining = {
  readonly of: (node: NodeId) => readonly Leaving[];
  /** An agent's stream says that its instance drains, or with undefined that it does not. `stream`: the key of the stream. */
  readonly set: (stream: string, node: NodeId, leaving: Leaving | undefined) => void;
  /** Whether the instance of a stream drains. */
  readonly isSet: (stream: string) => boolean;
  /** The stream has ended. An instance that drained stays out for a while, because Cloud Map lists it until later. */
  readonly end: (stream: string) => void;
  /** An instance serves: if it stayed out, under the same addresses, it comes back. Returns whether there was one. */
  readonly serves: (node: NodeId, { from, addresses }: Leaving) => boolean;
  /** Another replica knows of an instance, which is then out for `leaseMs` milliseconds. `known` undefined: it is no longer out. */
  readonly learn: (key: string, node: NodeId, known: KnownLeaving | undefined, leaseMs: number) => void;
  /** The instances that this replica's own streams reported. */
  readonly own: () => readonly OwnLeaving[];
  /** Called with each change of one of them. */
  readonly onOwnChange: (listener: (change: OwnLeaving) => void) => void;
  /** Called with each virtual node whose draining instances changed. Several changes in one turn are one call. */
  readonly onChange: (listener: (node: NodeId) => void) => void;
};

/** A draining instance. `isEnded`: its agent's stream has ended, so that an agent that serves under its addresses brings it back. */
export type KnownLeaving = { readonly leaving: Leaving; readonly isEnded: boolean };

/** An instance of this replica; `known` is undefined once it is no longer out. */
export type OwnLeaving = {
  readonly id: string;
  readonly node: NodeId;
  readonly known: KnownLeaving | undefined;
};

/** `id`: undefined for an instance of another replica. */
type Entry = KnownLeaving & { readonly id: string | undefined; readonly timer: NodeJS.Timeout | undefined };
type OfNode = { readonly node: NodeId; readonly entries: Map<string, Entry> };

/** How long an instance stays out after its stream has ended, in milliseconds. Cloud Map is polled each 5 s by default. */
const AFTER_END_MS = 60_000;
/** The most instances of a virtual node that stay out; Cloud Map lists as many of a service. The oldest come back first. */
const MOST = 1000;

/** Creates a table without instances. `afterEndMs` is for tests. */
export function createDraining(afterEndMs = AFTER_END_MS): Draining {
  const nodes = new Map<string, OfNode>();
  /** The virtual nodes of streams whose instance drains. */
  const streams = new Map<string, OfNode>();
  const listeners: ((node: NodeId) => void)[] = [];
  const ownListeners: ((change: OwnLeaving) => void)[] = [];
  let ids = 0;
  const changed = collectPerTurn<string, NodeId>((all) => {
    for (const node of all.values()) for (const listener of listeners) listener(node);
  });
  const tell = (node: NodeId): void => changed(idKey(node), node);

  function tellOwn(node: NodeId, { id, ...known }: Entry, isOut: boolean): void {
    if (id === undefined) return;
    const { leaving, isEnded } = known;
    const change = { id, node, known: isOut ? { leaving, isEnded } : undefined };
    for (const listener of ownListeners) listener(change);
  }

  function remove({ node, entries }: OfNode, key: string): void {
    const entry = entries.get(key);
    if (entry === undefined) return;
    clearTimeout(entry.timer);
    entries.delete(key);
    streams.delete(key);
    if (entries.size === 0) nodes.delete(idKey(node));
    tellOwn(node, entry, false);
    tell(node);
  }

  function add(node: NodeId, key: string, entry: Entry): OfNode {
    const ofNode = nodes.get(idKey(node)) ?? { node, entries: new Map<string, Entry>() };
    nodes.set(idKey(node), ofNode);
    ofNode.entries.set(key, entry);
    tellOwn(node, entry, true);
    tell(node);
    const [oldest] = ofNode.entries.keys();
    if (ofNode.entries.size > MOST && oldest !== undefined) remove(ofNode, oldest);
    return ofNode;
  }

  return {
    of: (node) => Array.from(nodes.get(idKey(node))?.entries.values() ?? [], ({ leaving }) => leaving),
    set(stream, node, leaving) {
      const ofNode = streams.get(stream);
      const before = ofNode?.entries.get(stream);
      if (leaving === undefined) {
        if (ofNode !== undefined) remove(ofNode, stream);
      } else if (before === undefined || !isSame(before.leaving, leaving)) {
        const id = before?.id ?? `${(ids += 1)}`;
        streams.set(stream, add(node, stream, { id, leaving, isEnded: false, timer: undefined }));
      }
    },
    isSet: (stream) => streams.has(stream),
    end(stream) {
      const ofNode = streams.get(stream);
      const entry = ofNode?.entries.get(stream);
      streams.delete(stream);
      if (ofNode === undefined || entry === undefined) return;
      // Nothing changes for callers until the timer fires.
      ofNode.entries.delete(stream);
      const key = `ended ${entry.id}`;
      const timer = setTimeout(() => remove(ofNode, key), afterEndMs).unref();
      const ended = { ...entry, isEnded: true, timer };
      ofNode.entries.set(key, ended);
      tellOwn(ofNode.node, ended, true);
    },
    serves(node, serving) {
      const ofNode = nodes.get(idKey(node));
      const back = [...(ofNode?.entries ?? [])].filter(
        ([, { leaving, isEnded }]) => isEnded && mayBeOne(leaving, serving),
      );
      for (const [key] of back) if (ofNode !== undefined) remove(ofNode, key);
      return back.length > 0;
    },
    learn(key, node, known, leaseMs) {
      const ofNode = nodes.get(idKey(node));
      const before = ofNode?.entries.get(key);
      if (known === undefined) {
        if (ofNode !== undefined) remove(ofNode, key);
        return;
      }
      clearTimeout(before?.timer);
      const timer = setTimeout(() => {
        const current = nodes.get(idKey(node));
        if (current !== undefined) remove(current, key);
      }, leaseMs).unref();
      const entry = { ...known, id: undefined, timer };
      // A longer lease is no change for callers.
      if (before !== undefined && isSame(before.leaving, known.leaving)) ofNode?.entries.set(key, entry);
      else add(node, key, entry);
    },
    own: () =>
      [...nodes.values()].flatMap(({ node, entries }) =>
        [...entries.values()].flatMap(({ id, leaving, isEnded }) =>
          id === undefined ? [] : [{ id, node, known: { leaving, isEnded } }],
        ),
      ),
    onOwnChange: (listener) => void ownListeners.push(listener),
    onChange: (listener) => void listeners.push(listener),
  };
}

function isSame(a: Leaving, b: Leaving): boolean {
  return a.from === b.from && setOf(a) === setOf(b);
}

/**
 * Whether both may be one instance. A single common address says nothing: hosts share that of the container bridge, and agents behind an
 * address translation the one that they connect from.
 */
function mayBeOne(a: Leaving, b: Leaving): boolean {
  const isUnnamed = a.addresses.length === 0 || b.addresses.length === 0;
  return a.from === b.from && (isUnnamed || setOf(a) === setOf(b));
}

function setOf({ addresses }: Leaving): string {
  return addresses.toSorted().join(' ');
}
