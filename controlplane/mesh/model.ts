import { isDeepStrictEqual } from 'node:util';
import { compareText } from '../../common/compare-text.ts';
import { MeshHistory } from './mesh-history.ts';
import type { Change, Kind, MeshId, Resource, ResourceId } from './resource.ts';

/**
 * The whole model in memory, as of one revision of the store. Reads use it; a write goes to the store and comes back as a
 * change.
 */
export class Model {
  readonly #tables = new Map<string, Map<string, Resource>>();
  readonly #meshes = new Map<string, MeshState>();
  readonly #histories = new Map<string, MeshHistory>();
  /** Accounts that have, or had, a mesh: only a few. */
  readonly #owners = new Set<string>();
  /** Cache of `meshesNamed`, which is called for each new stream. */
  readonly #named = new Map<string, readonly Resource<'mesh'>[]>();
  #revision = 0;
  #generation = 0;

  /** The revision of the last applied change; 0 if there was none. */
  get revision(): number {
    return this.#revision;
  }

  /** The revision of the last change within one mesh; 0 while the mesh is empty. */
  meshRevision(mesh: MeshId): number {
    return this.#meshes.get(meshKey(mesh))?.revision ?? 0;
  }

  /** When the tables of a mesh last changed; undefined while the mesh is empty. */
  meshHistory(mesh: MeshId): MeshHistory | undefined {
    const key = meshKey(mesh);
    return this.#meshes.has(key) ? this.#historyOf(key) : undefined;
  }

  /** Increases with each applied change. A revision may recur with other content, a generation does not. */
  get generation(): number {
    return this.#generation;
  }

  /** The resource with that id, or undefined. */
  get<K extends Kind>(id: ResourceId<K>): Resource<K> | undefined {
    return this.#tables.get(tableKey(id))?.get(id.name) as Resource<K> | undefined;
  }

  /** All resources of a kind in a mesh, under `parent` if the kind has one (else ''), sorted by name. */
  list<K extends Kind>(kind: K, { owner, mesh }: MeshId, parent = ''): readonly Resource<K>[] {
    const table = this.#tables.get(tableKey({ kind, owner, mesh, parent }));
    if (table === undefined) return [];
    return [...table.values()].toSorted(byName) as unknown as readonly Resource<K>[];
  }

  /** The resources that `list` would return, in no particular order and without a copy: for tables of thousands. */
  values<K extends Kind>(kind: K, { owner, mesh }: MeshId, parent = ''): Iterable<Resource<K>> {
    const table = this.#tables.get(tableKey({ kind, owner, mesh, parent }));
    return (table?.values() ?? []) as Iterable<Resource<K>>;
  }

  /** The number of resources that `list` would return. */
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
      .toSorted((a, b) => compareText(a.owner, b.owner));
    // Names that clients make up are not cached.
    if (meshes.length > 0) this.#named.set(name, meshes);
    return meshes;
  }

  /** Every resource of every mesh, in no particular order. */
  *resources(): Generator<Resource> {
    for (const table of this.#tables.values()) yield* table.values();
  }

  /** Returns the model as it would be with these uncommitted changes. This model does not change. */
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
    for (const key of new Set([...puts, ...deletes].map(tableKey)))
      next.#tables.set(key, new Map(next.#tables.get(key)));
    for (const id of deletes) next.#tables.get(tableKey(id))?.delete(id.name);
    for (const resource of puts) next.#tables.get(tableKey(resource))?.set(resource.name, resource);
    return next;
  }

  /** Applies changes, oldest first. Skips changes that the model already has. */
  apply(changes: readonly Change[]): void {
    for (const change of changes) {
      if (change.revision >= this.#revision) this.#take(change);
    }
  }

  /**
   * Replaces the content by everything that a store holds (its changes, oldest first). Returns the differences as changes, so
   * that a listener to changes comes to the same state.
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
    const histories = new Map(this.#histories);
    this.#tables.clear();
    this.#meshes.clear();
    this.#histories.clear();
    this.#owners.clear();
    this.#named.clear();
    this.#revision = 0;
    for (const change of all) this.#take(change);
    for (const [key, history] of histories) {
      if (!this.#meshes.has(key)) continue;
      history.noteAll(this.#generation);
      this.#histories.set(key, history);
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
    if (table.size === 0) this.#tables.delete(key);
    else this.#tables.set(key, table);
    this.#historyOf(meshKey(id)).note(id, this.#generation, table.size === 0);
    this.#touch(id, revision, table.size - before);
    this.#revision = revision;
  }

  #historyOf(key: string): MeshHistory {
    const history = this.#histories.get(key) ?? new MeshHistory();
    this.#histories.set(key, history);
    return history;
  }

  #touch(mesh: MeshId, revision: number, more: number): void {
    const key = meshKey(mesh);
    const size = (this.#meshes.get(key)?.size ?? 0) + more;
    if (size > 0) this.#meshes.set(key, { revision, size });
    else {
      this.#meshes.delete(key);
      this.#histories.delete(key);
    }
  }
}

type MeshState = { readonly revision: number; readonly size: number };

/** Returns the key of a mesh for maps. */
export function meshKey({ owner, mesh }: MeshId): string {
  return `${owner}\0${mesh}`;
}

function tableKey({ kind, owner, mesh, parent }: Omit<ResourceId, 'name'>): string {
  return kind === 'mesh' ? `mesh\0${owner}` : `${kind}\0${owner}\0${mesh}\0${parent}`;
}

/** Returns the key of a resource for maps. */
export function idKey(id: ResourceId): string {
  return `${tableKey(id)}\0${id.name}`;
}

function byName(a: Resource, b: Resource): number {
  return compareText(a.name, b.name);
}
