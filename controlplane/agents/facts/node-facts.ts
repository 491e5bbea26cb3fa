import { randomUUID } from 'node:crypto';
import type { Log } from '../../../common/log.ts';
import type { NodeFact } from '../../mesh/identity-records.ts';
import type { LiveModel } from '../../mesh/live-model.ts';
import type { Resource } from '../../mesh/resource.ts';
import type { NodeId } from '../draining.ts';
import { nameOf, parseName, PLACE } from './fact-names.ts';
import { KnownFacts, type Known } from './known-facts.ts';
import { createFactWriter } from './write-facts.ts';

/** The reports of agents about virtual nodes, in the store: known to all replicas, and after a restart. */
export type NodeFacts = {
  /** The name of this process. */
  readonly replica: string;
  /** The facts of one kind about a virtual node that are not too old. */
  readonly of: <K extends NodeFact['kind']>(node: NodeId, kind: K) => readonly Known<K>[];
  /** The virtual nodes with a fact of a kind. */
  readonly nodes: (kind: NodeFact['kind']) => readonly NodeId[];
  /** Writes a fact soon, together with others, and again while it holds. `id`: unique for the node and the kind. */
  readonly put: (node: NodeId, id: string, fact: NodeFact) => void;
  /** Retracts a fact of this replica, which is no longer true. */
  readonly drop: (node: NodeId, kind: NodeFact['kind'], id: string) => void;
  /** Removes facts, whichever replica has put them. */
  readonly remove: (node: NodeId, kind: NodeFact['kind'], ids: readonly string[]) => void;
  /** Calls the listener with each virtual node whose facts have changed in the store, by this or another replica. */
  readonly onChange: (listener: (node: NodeId, kind: NodeFact['kind']) => void) => void;
  readonly close: () => void;
};

/** The times of facts, in milliseconds. */
export type FactTimes = {
  /** How long a fact counts after the last write, by kind: a replica that ended does not take its facts back. */
  readonly lease: Readonly<Record<NodeFact['kind'], number>>;
  /** How long changes gather. */
  readonly gather: number;
  /** How often facts are checked, to write them again or to remove them. */
  readonly look: number;
};

const HOUR = 3_600_000;

/** The times of facts. Callers have their own window, which begins with their last call. */
export const FACT_TIMES: FactTimes = {
  // A process that was killed does not take its pending proxies back, and a change of the mode waits for them.
  lease: { instance: HOUR, other: HOUR / 4, pending: HOUR / 40, callers: 366 * 24 * HOUR },
  gather: 1000,
  look: 15_000,
};

/** Opens the facts of a model. */
export function createNodeFacts(live: LiveModel, log: Log, times: FactTimes = FACT_TIMES): NodeFacts {
  const replica = randomUUID();
  const own = new Map<string, NodeFact>();
  const known = new KnownFacts(times.lease);
  const listeners: ((node: NodeId, kind: NodeFact['kind']) => void)[] = [];
  const writer = createFactWriter({
    live,
    replica,
    factOf: (name) => own.get(name),
    gatherMs: times.gather,
    log,
  });

  for (const resource of live.model.list('nodeFact', PLACE)) known.learn(resource.name, resource);
  const stop = live.onChanges((changes) => {
    for (const { id, resource } of changes) {
      if (id.kind !== 'nodeFact') continue;
      const node = known.learn(id.name, resource as Resource<'nodeFact'> | undefined);
      for (const listener of listeners) listener(node, parseName(id.name).kind);
    }
  });
  const looking = setInterval(() => writer.plan(known.due((name) => own.has(name))), times.look).unref();

  return {
    replica,
    of: (node, kind) => known.of(node, kind),
    nodes: (kind) => known.nodes(kind),
    put(node, id, fact) {
      const name = nameOf(node, fact.kind, id);
      own.set(name, fact);
      writer.plan([name]);
    },
    drop(node, kind, id) {
      const name = nameOf(node, kind, id);
      if (own.delete(name)) writer.plan([name]);
    },
    remove(node, kind, ids) {
      const names = ids.map((id) => nameOf(node, kind, id));
      for (const name of names) own.delete(name);
      writer.plan(names);
    },
    onChange: (listener) => void listeners.push(listener),
    close() {
      stop();
      clearInterval(looking);
      writer.close();
    },
  };
}
