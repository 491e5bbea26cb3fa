import type { Kind } from './resource.ts';

/**
 * When the tables of one mesh last changed, by generations of the model. There is one object for a mesh from its first resource
 * to its last: a cache that hangs on it in a WeakMap goes with the mesh.
 */
export class MeshHistory {
  readonly #changedAt = new Map<string, number>();
  #emptiedAt = 0;

  /**
   * The generation of the last change to the resources of a kind (under `parent` where the kind has one), or a later one
   * where there are none: nothing is kept for each router that was ever deleted.
   */
  changedAt(kind: Kind, parent = ''): number {
    return this.#changedAt.get(tableKey(kind, parent)) ?? this.#emptiedAt;
  }

  /** Notes a change. `isEmpty`: it deleted the last resource of its table. */
  note(
    { kind, parent }: { readonly kind: Kind; readonly parent: string },
    generation: number,
    isEmpty: boolean,
  ): void {
    const key = tableKey(kind, parent);
    if (!isEmpty) this.#changedAt.set(key, generation);
    else {
      this.#changedAt.delete(key);
      this.#emptiedAt = generation;
    }
  }

  /** Notes that all tables may have changed. */
  noteAll(generation: number): void {
    this.#changedAt.clear();
    this.#emptiedAt = generation;
  }
}

function tableKey(kind: Kind, parent: string): string {
  return `${kind}\0${parent}`;
}
