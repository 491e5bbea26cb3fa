import type { Change, Kind, MeshId, Resource, ResourceId } from './resource.ts';

/**
 * The whole model in memory, as of one revision of the store. Reads are from here; a write goes to the store and comes
 * back as a change.
 */
export class Model {
  readonly #tables = new Map<string, Map<string, Resource>>();
  readonly #meshRevisions = new Map<string, number>();
  #revision = 0;

  /** The revision of the last change applied; 0 when there was none. */
  get revision(): number {
    return this.#revision;
  }

  /** The revision of the last change within one mesh; 0 when there was none. */
  meshRevision(mesh: MeshId): number {
    return this.#meshRevisions.get(meshKey(mesh)) ?? 0;
  }

  /** The resource of that name, or undefined. */
  get<K extends Kind>(id: ResourceId<K>): Resource<K> | undefined {
    return this.#tables.get(tableKey(id))?.get(id.name) as Resource<K> | undefined;
  }

  /** All resources of a kind in a mesh, under `parent` where the kind has one ('' where not), sorted by name. */
  list<K extends Kind>(kind: K, { owner, mesh }: MeshId, parent = ''): readonly Resource<K>[] {
    const table = this.#tables.get(tableKey({ kind, owner, mesh, parent }));
    if (table === undefined) return [];
    return [...table.values()].toSorted(byName) as unknown as readonly Resource<K>[];
  }

  /** Every mesh of every owner, sorted by name, then owner. */
  meshes(): readonly Resource<'mesh'>[] {
    const meshes: Resource<'mesh'>[] = [];
    for (const [key, table] of this.#tables) {
      if (key.startsWith('mesh\0')) meshes.push(...([...table.values()] as Resource<'mesh'>[]));
    }
    return meshes.toSorted((a, b) => byName(a, b) || compare(a.owner, b.owner));
  }

  /** Every resource of every mesh, in no order. */
  *resources(): Generator<Resource> {
    for (const table of this.#tables.values()) yield* table.values();
  }

  /** Takes changes over, oldest first. One that is already here is passed over. */
  apply(changes: readonly Change[]): void {
    for (const { revision, id, resource } of changes) {
      if (revision < this.#revision) continue;
      const key = tableKey(id);
      const table = this.#tables.get(key) ?? new Map<string, Resource>();
      if (resource === undefined) table.delete(id.name);
      else table.set(id.name, resource);
      if (table.size === 0) this.#tables.delete(key);
      else this.#tables.set(key, table);
      this.#meshRevisions.set(meshKey(id), revision);
      this.#revision = revision;
    }
  }
}

/** One text for one mesh, to be used as a key. */
export function meshKey({ owner, mesh }: MeshId): string {
  return `${owner}\0${mesh}`;
}

function tableKey({ kind, owner, mesh, parent }: Omit<ResourceId, 'name'>): string {
  return kind === 'mesh' ? `mesh\0${owner}` : `${kind}\0${owner}\0${mesh}\0${parent}`;
}

function byName(a: Resource, b: Resource): number {
  return compare(a.name, b.name);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
