import type { ResourceId } from '../mesh/resource.ts';
import type { Leaving } from '../translate/external-inputs.ts';
import {
  createDrainingTable,
  type DrainingOfNode,
  type KnownLeaving,
  type OwnLeaving,
} from './draining-table.ts';

/** A virtual node of the model. */
export type NodeId = ResourceId<'virtualNode'>;

/** The instances of virtual nodes that drain, according to their agents. */
export type Draining = {
  readonly of: (node: NodeId) => readonly Leaving[];
  /** Records that the instance of an agent's stream drains, or with undefined that it does not. `stream`: the key of the stream. */
  readonly set: (stream: string, node: NodeId, leaving: Leaving | undefined) => void;
  /** Whether the instance of a stream drains. */
  readonly isSet: (stream: string) => boolean;
  /** Records the end of a stream. An instance that drained stays out for a while, because Cloud Map still lists it. */
  readonly end: (stream: string) => void;
  /** Records that an instance serves: an instance that stayed out under the same addresses comes back. Returns whether there was one. */
  readonly serves: (node: NodeId, { from, addresses }: Leaving) => boolean;
  /** Records an instance that another replica knows: it is out for `leaseMs` milliseconds. `known` undefined: it is no longer out. */
  readonly learn: (key: string, node: NodeId, known: KnownLeaving | undefined, leaseMs: number) => void;
  /** The instances that this replica's own streams reported. */
  readonly own: () => readonly OwnLeaving[];
  /** Called with each change of one of them. */
  readonly onOwnChange: (listener: (change: OwnLeaving) => void) => void;
  /** Called with each virtual node whose draining instances changed. Several changes in one turn are one call. */
  readonly onChange: (listener: (node: NodeId) => void) => void;
};

/** How long an instance stays out after its stream has ended, in milliseconds. Cloud Map is polled each 5 s by default. */
const AFTER_END_MS = 60_000;

/** Creates a table without instances. `afterEndMs` is for tests. */
export function createDraining(afterEndMs = AFTER_END_MS): Draining {
  /** The virtual nodes of streams whose instance drains. */
  const streams = new Map<string, DrainingOfNode>();
  const table = createDrainingTable((key) => streams.delete(key));
  let ids = 0;

  return {
    of: (node) => Array.from(table.get(node)?.entries.values() ?? [], ({ leaving }) => leaving),
    set(stream, node, leaving) {
      const ofNode = streams.get(stream);
      const before = ofNode?.entries.get(stream);
      if (leaving === undefined) {
        if (ofNode !== undefined) table.remove(ofNode, stream);
      } else if (before === undefined || !isSame(before.leaving, leaving)) {
        const id = before?.id ?? `${(ids += 1)}`;
        streams.set(stream, table.add(node, stream, { id, leaving, isEnded: false, timer: undefined }));
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
      const timer = setTimeout(() => table.remove(ofNode, key), afterEndMs).unref();
      const ended = { ...entry, isEnded: true, timer };
      ofNode.entries.set(key, ended);
      table.tellOwn(ofNode.node, ended, true);
    },
    serves(node, serving) {
      const ofNode = table.get(node);
      const back = [...(ofNode?.entries ?? [])].filter(
        ([, { leaving, isEnded }]) => isEnded && mayBeOne(leaving, serving),
      );
      for (const [key] of back) if (ofNode !== undefined) table.remove(ofNode, key);
      return back.length > 0;
    },
    learn(key, node, known, leaseMs) {
      const ofNode = table.get(node);
      const before = ofNode?.entries.get(key);
      if (known === undefined) {
        if (ofNode !== undefined) table.remove(ofNode, key);
        return;
      }
      clearTimeout(before?.timer);
      const timer = setTimeout(() => {
        const current = table.get(node);
        if (current !== undefined) table.remove(current, key);
      }, leaseMs).unref();
      const entry = { ...known, id: undefined, timer };
      // A longer lease is no change for callers.
      if (before !== undefined && isSame(before.leaving, known.leaving)) ofNode?.entries.set(key, entry);
      else table.add(node, key, entry);
    },
    own: () =>
      [...table.all()].flatMap(({ node, entries }) =>
        [...entries.values()].flatMap(({ id, leaving, isEnded }) =>
          id === undefined ? [] : [{ id, node, known: { leaving, isEnded } }],
        ),
      ),
    onOwnChange: table.onOwnChange,
    onChange: table.onChange,
  };
}

function isSame(a: Leaving, b: Leaving): boolean {
  return a.from === b.from && setOf(a) === setOf(b);
}

/**
 * Whether both may be one instance. A single common address is no proof: hosts share the address of the container bridge, and agents behind a NAT
 * share the address that they connect from.
 */
function mayBeOne(a: Leaving, b: Leaving): boolean {
  const isUnnamed = a.addresses.length === 0 || b.addresses.length === 0;
  return a.from === b.from && (isUnnamed || setOf(a) === setOf(b));
}

function setOf({ addresses }: Leaving): string {
  return addresses.toSorted().join(' ');
}
