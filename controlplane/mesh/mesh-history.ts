import type { Kind } from './resource.ts';

/**
 * When the tables of one mesh last changed, by generations of the model. A mesh has one object from its first resource to its
 * last: a cache keyed by the object in a WeakMap goes with the mesh.
 */
export class MeshHistory {
  readonly #changedAt = new Map<string, number>();
  #emptiedAt = 0;

  /**
   * Returns the generation of the last change to the resources of a kind (under `parent` if the kind has one). If there are
   * none, it may be a later generation: no entry is kept for a deleted router.
   */
  changedAt(kind: Kind, parent = ''): number {
    return this.#changedAt.get(tableKey(kind, parent)) ?? this.#emptiedAt;
  }

  /** Records a change. `isEmpty`: it deleted the last resource of its table. */
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

  /** Records that all tables may have changed. */
  noteAll(generation: number): void {
    this.#changedAt.clear();
    this.#emptiedAt = generation;
  }
}

function tableKey(kind: Kind, parent: string): string {
  return `${kind}\0${parent}`;
}
