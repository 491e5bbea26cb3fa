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

/** The facts in the store, of all replicas, by virtual node. `lease`: how long a fact counts after the last write, in milliseconds. */
export class KnownFacts {
  readonly #byNode = new Map<string, Map<string, Resource<'nodeFact'>>>();
  readonly #lease: Readonly<Record<NodeFact['kind'], number>>;

  constructor(lease: Readonly<Record<NodeFact['kind'], number>>) {
    this.#lease = lease;
  }

  /** Records a fact of the store; undefined: the store has deleted it. Returns its virtual node. */
  learn(name: string, resource: Resource<'nodeFact'> | undefined): NodeId {
    const { node } = parseName(name);
    const key = idKey(node);
    const facts = this.#byNode.get(key) ?? new Map<string, Resource<'nodeFact'>>();
    if (resource === undefined) facts.delete(name);
    else facts.set(name, resource);
    if (facts.size === 0) this.#byNode.delete(key);
    else this.#byNode.set(key, facts);
    return node;
  }

  /** The facts of one kind about a virtual node that are not too old. */
  of<K extends NodeFact['kind']>(node: NodeId, kind: K): readonly Known<K>[] {
    return Array.from(this.#byNode.get(idKey(node))?.values() ?? [])
      .filter(({ spec }) => spec.fact.kind === kind && this.#age(spec) < this.#lease[kind])
      .map(({ name, spec }) => ({ id: parseName(name).id, fact: spec.fact }) as Known<K>);
  }

  /** The virtual nodes with a fact of a kind. */
  nodes(kind: NodeFact['kind']): readonly NodeId[] {
    return Array.from(this.#byNode.values()).flatMap((facts) => {
      const [found] = Array.from(facts.values()).filter(({ spec }) => spec.fact.kind === kind);
      return found === undefined ? [] : [parseName(found.name).node];
    });
  }

  /** The names of facts that are due: facts of this replica that have to be written again, and facts of others that are too old. */
  due(isOwn: (name: string) => boolean): readonly string[] {
    return Array.from(this.#byNode.values()).flatMap((facts) =>
      Array.from(facts.values()).flatMap(({ name, spec }) => {
        const lease = this.#lease[spec.fact.kind];
        return this.#age(spec) >= (isOwn(name) ? lease / 3 : lease) ? [name] : [];
      }),
    );
  }

  #age({ seen }: Resource<'nodeFact'>['spec']): number {
    return Date.now() - seen;
  }
}
