import { isDeepStrictEqual } from 'node:util';
import type { Change, Kind, MeshId, Resource, ResourceId } from './resource.ts';

/**
 * The whole model in memory, as of one revision of the store. Reads are from here; a write goes to the store and comes
 * back as a change.
 */
export class Model {
  readonly #tables = new Map<string, Map<string, Resource>>();
  readonly #meshes = new Map<string, MeshState>();
  readonly #generations = new Map<string, number>();
  /** Who has, or had, a mesh: a few accounts. */
  readonly #owners = new Set<string>();
  /** What `meshesNamed` found, for each stream that connects to ask again. */
  readonly #named = new Map<string, readonly Resource<'mesh'>[]>();
  #revision = 0;
  #generation = 0;

  /** The revision of the last change applied; 0 when there was none. */
  get revision(): number {
    return this.#revision;
  }

  /** The revision of the last change within one mesh; 0 while nothing is in it. */
  meshRevision(mesh: MeshId): number {
    return this.#meshes.get(meshKey(mesh))?.revision ?? 0;
  }

  /**
   * An object that stands for a mesh from the first resource in it to the last: what hangs on it in a WeakMap goes with the
   * mesh. Undefined while nothing is in it.
   */
  meshLife(mesh: MeshId): object | undefined {
    return this.#meshes.get(meshKey(mesh))?.life;
  }

  /** Rises with each change that is taken over. A revision may come a second time with another content, this does not. */
  get generation(): number {
    return this.#generation;
  }

  /** The generation that brought the last change to what `list` would give; 0 where that is nothing. */
  generationOf(table: Omit<ResourceId, 'name'>): number {
    return this.#generations.get(tableKey(table)) ?? 0;
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

  /** How many `list` would give. */
  count(kind: Kind, { owner, mesh }: MeshId, parent = ''): number {
    return this.#tables.get(tableKey({ kind, owner, mesh, parent }))?.size ?? 0;
  }

  /** The meshes of that name, of every owner, sorted by owner. */
  meshesNamed(name: string): readonly Resource<'mesh'>[] {
    const known = this.#named.get(name);
    if (known !== undefined) return known;
    const meshes = Array.from(this.#owners, (owner) =>
      this.get({ kind: 'mesh', owner, mesh: name, parent: '', name }),
    )
      .filter((mesh) => mesh !== undefined)
      .toSorted((a, b) => compare(a.owner, b.owner));
    // Of names that clients make up nothing is kept.
    if (meshes.length > 0) this.#named.set(name, meshes);
    return meshes;
  }

  /** Every resource of every mesh, in no order. */
  *resources(): Generator<Resource> {
    for (const table of this.#tables.values()) yield* table.values();
  }

  /** The model as it would be with these changes, which nobody has committed. This one stays as it is. */
  with({
    puts = [],
    deletes = [],
  }: {
    readonly puts?: readonly Resource[];
    readonly deletes?: readonly ResourceId[];
  }): Model {
    const next = new Model();
    for (const [key, table] of this.#tables) next.#tables.set(key, table);
    for (const [key, state] of this.#meshes) next.#meshes.set(key, state);
    for (const { owner } of puts) next.#owners.add(owner);
    for (const owner of this.#owners) next.#owners.add(owner);
    next.#revision = this.#revision;
    for (const key of [...puts, ...deletes].map(tableKey))
      next.#tables.set(key, new Map(next.#tables.get(key)));
    for (const id of deletes) next.#tables.get(tableKey(id))?.delete(id.name);
    for (const resource of puts) next.#tables.get(tableKey(resource))?.set(resource.name, resource);
    return next;
  }

  /** Takes changes over, oldest first. One that is already here is passed over. */
  apply(changes: readonly Change[]): void {
    for (const change of changes) {
      if (change.revision >= this.#revision) this.#take(change);
    }
  }

  /**
   * Becomes what a store holds (all of its changes, oldest first), whatever was here before. Answers what that changed, so
   * that whoever follows the changes comes to the same state.
   */
  replace(all: readonly Change[]): readonly Change[] {
    const revision = all.at(-1)?.revision ?? 0;
    const held = new Set(all.map(({ id }) => idKey(id)));
    const lost = [...this.resources()]
      .filter((resource) => !held.has(idKey(resource)))
      .map(({ kind, owner, mesh, parent, name }): Change => {
        return { revision, id: { kind, owner, mesh, parent, name }, resource: undefined };
      });
    const changed = all.filter(({ id, resource }) => !isDeepStrictEqual(this.get(id), resource));
    const before = new Map(this.#meshes);
    this.#tables.clear();
    this.#meshes.clear();
    this.#generations.clear();
    this.#owners.clear();
    this.#named.clear();
    this.#revision = 0;
    for (const change of all) this.#take(change);
    for (const [key, state] of this.#meshes) {
      this.#meshes.set(key, { ...state, life: before.get(key)?.life ?? state.life });
    }
    return [...lost, ...changed];
  }

  #take({ revision, id, resource }: Change): void {
    this.#owners.add(id.owner);
    if (id.kind === 'mesh') this.#named.delete(id.name);
    const key = tableKey(id);
    const table = this.#tables.get(key) ?? new Map<string, Resource>();
    const before = table.size;
    if (resource === undefined) table.delete(id.name);
    else table.set(id.name, resource);
    this.#generation += 1;
    if (table.size === 0) {
      this.#tables.delete(key);
      this.#generations.delete(key);
    } else {
      this.#tables.set(key, table);
      this.#generations.set(key, this.#generation);
    }
    this.#touch(id, revision, table.size - before);
    this.#revision = revision;
  }

  #touch(mesh: MeshId, revision: number, more: number): void {
    const key = meshKey(mesh);
    const { size, life } = this.#meshes.get(key) ?? { size: 0, life: {} };
    if (size + more === 0) this.#meshes.delete(key);
    else this.#meshes.set(key, { revision, size: size + more, life });
  }
}

type MeshState = { readonly revision: number; readonly size: number; readonly life: object };

/** One text for one mesh, to be used as a key. */
export function meshKey({ owner, mesh }: MeshId): string {
  return `${owner}\0${mesh}`;
}

function tableKey({ kind, owner, mesh, parent }: Omit<ResourceId, 'name'>): string {
  return kind === 'mesh' ? `mesh\0${owner}` : `${kind}\0${owner}\0${mesh}\0${parent}`;
}

/** One text for one resource, to be used as a key. */
export function idKey(id: ResourceId): string {
  return `${tableKey(id)}\0${id.name}`;
}

function byName(a: Resource, b: Resource): number {
  return compare(a.name, b.name);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
