import { isDeepStrictEqual } from 'node:util';
import { idKey } from '../mesh/model.ts';
import type { MutualInstance } from '../translate/external-inputs.ts';
import type { NodeId } from './draining.ts';

/** The instances of virtual nodes that accept mutual TLS, according to their agents. */
export type MutualInstances = {
  readonly of: (node: NodeId) => readonly MutualInstance[];
  /**
   * Records on which ports the instance of an agent's stream accepts mutual TLS; undefined: on none. `stream`: the key of the stream.
   * `from`: the address of the agent.
   */
  readonly set: (stream: string, node: NodeId, instance: MutualInstance | undefined, from?: string) => void;
  /** The stream has ended. The instance stays for a while, because its Envoy serves on without a control plane. */
  readonly end: (stream: string) => void;
  /** Called with each virtual node whose instances changed. */
  readonly onChange: (listener: (node: NodeId) => void) => void;
};

type Entry = { readonly node: NodeId; readonly instance: MutualInstance; timer: NodeJS.Timeout | undefined };

/** How long an instance stays after its stream has ended, in milliseconds: longer than an agent needs to connect again. */
const AFTER_END_MS = 120_000;

/** Creates an empty table. An instance that connects again from the same addresses replaces the one that has ended. */
export function createMutualInstances(afterEndMs = AFTER_END_MS): MutualInstances {
  const nodes = new Map<string, Map<string, Entry>>();
  const streams = new Map<string, NodeId>();
  const listeners: ((node: NodeId) => void)[] = [];
  let ended = 0;

  function tell(node: NodeId): void {
    for (const listener of listeners) listener(node);
  }

  function remove(node: NodeId, key: string): boolean {
    const entries = nodes.get(idKey(node));
    const entry = entries?.get(key);
    if (entries === undefined || entry === undefined) return false;
    clearTimeout(entry.timer);
    entries.delete(key);
    if (entries.size === 0) nodes.delete(idKey(node));
    return true;
  }

  return {
    of: (node) => Array.from(nodes.get(idKey(node))?.values() ?? [], ({ instance }) => instance),
    set(stream, node, instance) {
      // The name of a proxy means another virtual node once its mesh was made again by another account.
      const earlier = streams.get(stream);
      if (earlier !== undefined && idKey(earlier) !== idKey(node) && remove(earlier, stream)) tell(earlier);
      const before = nodes.get(idKey(node))?.get(stream)?.instance;
      if (isDeepStrictEqual(before, instance)) return;
      if (instance === undefined) {
        remove(node, stream);
        streams.delete(stream);
        return tell(node);
      }
      const entries = nodes.get(idKey(node)) ?? new Map<string, Entry>();
      const former = formerOf(entries, instance);
      if (former !== undefined) remove(node, former.key);
      nodes.set(idKey(node), entries.set(stream, { node, instance, timer: undefined }));
      streams.set(stream, node);
      const isBack = before === undefined && isDeepStrictEqual(former?.instance, instance);
      if (!isBack) tell(node);
    },
    end(stream) {
      const node = streams.get(stream);
      const entries = node && nodes.get(idKey(node));
      const entry = entries?.get(stream);
      streams.delete(stream);
      if (node === undefined || entries === undefined || entry === undefined) return;
      entries.delete(stream);
      const key = `ended ${(ended += 1)}`;
      const timer = setTimeout(() => {
        if (remove(node, key)) tell(node);
      }, afterEndMs).unref();
      entries.set(key, { ...entry, timer });
    },
    onChange: (listener) => void listeners.push(listener),
  };
}

/** The instance that has ended and is back, with its key. */
function formerOf(
  entries: ReadonlyMap<string, Entry>,
  instance: MutualInstance,
): { readonly key: string; readonly instance: MutualInstance } | undefined {
  for (const [key, each] of entries)
    if (each.timer !== undefined && isSame(each.instance, instance)) return { key, instance: each.instance };
  return undefined;
}

function isSame(a: MutualInstance, b: MutualInstance): boolean {
  return a.from === b.from && a.addresses.toSorted().join(' ') === b.addresses.toSorted().join(' ');
}
