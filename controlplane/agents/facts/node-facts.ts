import { randomUUID } from 'node:crypto';
import type { Log } from '../../../common/log.ts';
import type { NodeFact, NodeFactRecord } from '../../mesh/identity-records.ts';
import type { LiveModel } from '../../mesh/live-model.ts';
import type { Resource } from '../../mesh/resource.ts';
import type { NodeId } from '../draining.ts';

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
  /** A fact that this replica has put does not hold any more. */
  readonly drop: (node: NodeId, kind: NodeFact['kind'], id: string) => void;
  /** Removes facts, whichever replica has put them. */
  readonly remove: (node: NodeId, kind: NodeFact['kind'], ids: readonly string[]) => void;
  /** Called with each virtual node of which a fact of this or another replica has changed in the store. */
  readonly onChange: (listener: (node: NodeId, kind: NodeFact['kind']) => void) => void;
  readonly close: () => void;
};

/** A fact with its id. */
export type Known<K extends NodeFact['kind']> = {
  readonly id: string;
  readonly fact: Extract<NodeFact, { readonly kind: K }>;
};

/** The times of facts, in milliseconds. */
export type FactTimes = {
  /** How long a fact counts after the last write, by kind: a replica that ended does not take its facts back. */
  readonly lease: Readonly<Record<NodeFact['kind'], number>>;
  /** How long changes gather. */
  readonly gather: number;
  /** How often facts are looked at, to write them again or to remove them. */
  readonly look: number;
};

const HOUR = 3_600_000;

// Callers have a window of their own, by their last call.
const TIMES: FactTimes = {
  lease: { instance: HOUR, other: HOUR / 4, callers: 366 * 24 * HOUR },
  gather: 1000,
  look: 300_000,
};

const PLACE = { owner: '', mesh: 'node-facts' } as const;
const MOST_AT_ONCE = 500;
const ATTEMPTS = 20;
/** When a failed write is tried again, in milliseconds. */
const RETRY_MS = 10_000;

type Entry = { readonly node: NodeId; readonly id: string; readonly fact: NodeFact };

/** Opens the facts of a model. */
export function createNodeFacts(live: LiveModel, log: Log, times: FactTimes = TIMES): NodeFacts {
  const replica = randomUUID();
  const own = new Map<string, Entry>();
  /** Names that are to be written, or removed if this replica does not have them. */
  const due = new Set<string>();
  const known = new Map<string, Map<string, Resource<'nodeFact'>>>();
  const listeners: ((node: NodeId, kind: NodeFact['kind']) => void)[] = [];
  let timer: NodeJS.Timeout | undefined;
  let isFailing = false;
  let isClosed = false;

  for (const resource of live.model.list('nodeFact', PLACE)) learn(resource.name, resource);

  function learn(name: string, resource: Resource<'nodeFact'> | undefined): NodeId {
    const { node } = parseName(name);
    const facts = known.get(keyOf(node)) ?? new Map<string, Resource<'nodeFact'>>();
    if (resource === undefined) facts.delete(name);
    else facts.set(name, resource);
    if (facts.size === 0) known.delete(keyOf(node));
    else known.set(keyOf(node), facts);
    return node;
  }

  const stop = live.onChanges((changes) => {
    for (const { id, resource } of changes) {
      if (id.kind !== 'nodeFact') continue;
      const node = learn(id.name, resource as Resource<'nodeFact'> | undefined);
      for (const listener of listeners) listener(node, parseName(id.name).kind);
    }
  });

  const isFresh = ({ spec: { seen, fact } }: Resource<'nodeFact'>): boolean =>
    Date.now() - seen < times.lease[fact.kind];

  function plan(names: Iterable<string>, wait = times.gather): void {
    for (const name of names) due.add(name);
    if (due.size > 0 && !isClosed) timer ??= setTimeout(() => void write(), wait).unref();
  }

  async function write(): Promise<void> {
    const names = Array.from(due).slice(0, MOST_AT_ONCE);
    for (const name of names) due.delete(name);
    try {
      await commit(names);
      isFailing = false;
    } catch (error) {
      if (!isFailing && !isClosed)
        log.warn({ err: error }, 'cannot keep the facts about instances; trying again');
      isFailing = true;
      for (const name of names) due.add(name);
    }
    timer = undefined;
    plan([], isFailing ? RETRY_MS : times.gather);
  }

  async function commit(names: readonly string[]): Promise<void> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const expectedMeshRevision = live.model.meshRevision(PLACE);
      const puts = names.flatMap((name) => {
        const entry = own.get(name);
        return entry === undefined
          ? []
          : [resourceOf(live, name, { replica, seen: Date.now(), fact: entry.fact })];
      });
      const deletes = names.filter((name) => !own.has(name)).map(idOf);
      const there = deletes.filter((id) => live.model.get(id) !== undefined);
      if (puts.length + there.length === 0) return;
      const { outcome } = await live.commit({
        mesh: PLACE,
        expectedMeshRevision,
        puts,
        deletes: there,
        tokens: [],
      });
      if (outcome === 'committed') return;
      await live.catchUp();
    }
    throw new Error('other replicas kept writing: try again');
  }

  const looking = setInterval(() => {
    const old = [...known.values()].flatMap((facts) =>
      Array.from(facts.values()).filter(({ name, spec }) =>
        own.has(name)
          ? Date.now() - spec.seen > times.lease[spec.fact.kind] / 3
          : !isFresh({ spec } as Resource<'nodeFact'>),
      ),
    );
    plan(old.map(({ name }) => name));
  }, times.look).unref();

  return {
    replica,
    of<K extends NodeFact['kind']>(node: NodeId, kind: K) {
      return Array.from(known.get(keyOf(node))?.values() ?? [])
        .filter((resource) => resource.spec.fact.kind === kind && isFresh(resource))
        .map(({ name, spec }) => ({ id: parseName(name).id, fact: spec.fact }) as Known<K>);
    },
    nodes: (kind) =>
      Array.from(known.values()).flatMap((facts) => {
        const [found] = Array.from(facts.values()).filter(({ spec }) => spec.fact.kind === kind);
        return found === undefined ? [] : [parseName(found.name).node];
      }),
    put(node, id, fact) {
      const name = nameOf(node, fact.kind, id);
      own.set(name, { node, id, fact });
      plan([name]);
    },
    drop(node, kind, id) {
      const name = nameOf(node, kind, id);
      if (own.delete(name)) plan([name]);
    },
    remove(node, kind, ids) {
      const names = ids.map((id) => nameOf(node, kind, id));
      for (const name of names) own.delete(name);
      plan(names);
    },
    onChange: (listener) => void listeners.push(listener),
    close() {
      isClosed = true;
      stop();
      clearInterval(looking);
      clearTimeout(timer);
    },
  };
}

function nameOf({ owner, mesh, name }: NodeId, kind: NodeFact['kind'], id: string): string {
  return JSON.stringify([owner, mesh, name, kind, id]);
}

function parseName(text: string): {
  readonly node: NodeId;
  readonly kind: NodeFact['kind'];
  readonly id: string;
} {
  const [owner, mesh, name, kind, id] = JSON.parse(text) as [
    string,
    string,
    string,
    NodeFact['kind'],
    string,
  ];
  return { node: { kind: 'virtualNode', owner, mesh, parent: '', name }, kind, id };
}

function keyOf({ owner, mesh, name }: NodeId): string {
  return [owner, mesh, name].join('\0');
}

function idOf(name: string) {
  return { kind: 'nodeFact', ...PLACE, parent: '', name } as const;
}

function resourceOf({ model }: LiveModel, name: string, spec: NodeFactRecord): Resource<'nodeFact'> {
  const before = model.get<'nodeFact'>(idOf(name));
  return {
    ...idOf(name),
    spec,
    uid: before?.uid ?? randomUUID(),
    version: (before?.version ?? 0) + 1,
    createdAt: before?.createdAt ?? spec.seen,
    lastUpdatedAt: spec.seen,
    resourceOwner: parseName(name).node.owner,
    tags: [],
  };
}
