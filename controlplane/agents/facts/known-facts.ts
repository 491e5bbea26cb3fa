import { performance } from 'node:perf_hooks';
import type { NodeFact } from '../../mesh/identity-records.ts';
import { idKey } from '../../mesh/model.ts';
import type { Resource } from '../../mesh/resource.ts';
import type { NodeId } from '../draining.ts';
import { parseName } from './fact-names.ts';

/** A fact with its id. */
export type Known<K extends NodeFact['kind']> = {
  readonly id: string;
  readonly fact: Extract<NodeFact, { readonly kind: K }>;
};

/** A fact in the store. `learned`: when this process learned of its last write, by the monotonic clock. */
type Entry = { readonly resource: Resource<'nodeFact'>; readonly learned: number };

/** The facts in the store, of all replicas, by virtual node. `lease`: how long a fact counts after the last write, in milliseconds. */
export class KnownFacts {
  readonly #byNode = new Map<string, Map<string, Entry>>();
  readonly #lease: Readonly<Record<NodeFact['kind'], number>>;

  constructor(lease: Readonly<Record<NodeFact['kind'], number>>) {
    this.#lease = lease;
  }

  /** Records a fact of the store; undefined: the store has deleted it. Returns its virtual node. */
  learn(name: string, resource: Resource<'nodeFact'> | undefined): NodeId {
    const { node } = parseName(name);
    const key = idKey(node);
    const facts = this.#byNode.get(key) ?? new Map<string, Entry>();
    if (resource === undefined) facts.delete(name);
    else facts.set(name, { resource, learned: performance.now() });
    if (facts.size === 0) this.#byNode.delete(key);
    else this.#byNode.set(key, facts);
    return node;
  }

  /** The facts of one kind about a virtual node that are not too old. */
  of<K extends NodeFact['kind']>(node: NodeId, kind: K): readonly Known<K>[] {
    return Array.from(this.#byNode.get(idKey(node))?.values() ?? [])
      .filter((entry) => entry.resource.spec.fact.kind === kind && this.#age(entry) < this.#lease[kind])
      .map(({ resource: { name, spec } }) => ({ id: parseName(name).id, fact: spec.fact }) as Known<K>);
  }

  /** The virtual nodes with a fact of a kind. */
  nodes(kind: NodeFact['kind']): readonly NodeId[] {
    return Array.from(this.#byNode.values()).flatMap((facts) => {
      const found = Array.from(facts.values()).find(({ resource }) => resource.spec.fact.kind === kind);
      return found === undefined ? [] : [parseName(found.resource.name).node];
    });
  }

  /** The names of facts that are due: facts of this replica that have to be written again, and facts of others that are too old. */
  due(isOwn: (name: string) => boolean): readonly string[] {
    return Array.from(this.#byNode.values()).flatMap((facts) =>
      Array.from(facts.values()).flatMap((entry) => {
        const { name, spec } = entry.resource;
        const lease = this.#lease[spec.fact.kind];
        return this.#age(entry) >= (isOwn(name) ? lease / 3 : lease) ? [name] : [];
      }),
    );
  }

  /** In milliseconds. The lease of a pending proxy is so short that the clocks of two replicas may differ by more. */
  #age({ resource: { spec }, learned }: Entry): number {
    return spec.fact.kind === 'pending' ? performance.now() - learned : Date.now() - spec.seen;
  }
}
