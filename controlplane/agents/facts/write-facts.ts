import { randomUUID } from 'node:crypto';
import type { Log } from '../../../common/log.ts';
import type { NodeFact, NodeFactRecord } from '../../mesh/identity-records.ts';
import { repeatWhileStale, STALE } from '../../mesh/concurrency/repeat-while-stale.ts';
import type { LiveModel } from '../../mesh/live-model.ts';
import type { Resource } from '../../mesh/resource.ts';
import { idOf, parseName, PLACE } from './fact-names.ts';

/** Writes facts to the store, together with others. */
export type FactWriter = {
  /** Writes or removes the facts of these names soon. A waiting name is not queued again. */
  readonly plan: (names: Iterable<string>) => void;
  /** Stops writing. */
  readonly close: () => void;
};

/** Inputs. `factOf`: the fact of this replica by its name; undefined: the fact is to be removed. `gatherMs`: how long changes gather. */
export type FactWriterOptions = {
  readonly live: LiveModel;
  readonly replica: string;
  readonly factOf: (name: string) => NodeFact | undefined;
  readonly gatherMs: number;
  readonly log: Log;
};

const MOST_AT_ONCE = 500;
/** When a failed write is tried again, in milliseconds, give or take a third: replicas must not fail together again. */
const RETRY_MS = 10_000;

/** Creates a writer with an empty queue. */
export function createFactWriter({ live, replica, factOf, gatherMs, log }: FactWriterOptions): FactWriter {
  const due = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  let isFailing = false;
  let isClosed = false;

  function plan(names: Iterable<string>, wait = gatherMs): void {
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
    plan([], isFailing ? RETRY_MS * (2 / 3 + Math.random() * (2 / 3)) : gatherMs);
  }

  function commit(names: readonly string[]): Promise<void> {
    return repeatWhileStale({ what: 'facts about instances', catchUp: () => live.catchUp() }, async () => {
      const expectedMeshRevision = live.model.meshRevision(PLACE);
      const puts = names.flatMap((name) => {
        const fact = factOf(name);
        return fact === undefined ? [] : [resourceOf(live, name, { replica, seen: Date.now(), fact })];
      });
      const deletes = names.filter((name) => factOf(name) === undefined).map(idOf);
      const there = deletes.filter((id) => live.model.get(id) !== undefined);
      if (puts.length + there.length === 0) return undefined;
      const writing = { mesh: PLACE, expectedMeshRevision, puts, deletes: there, tokens: [] };
      const { outcome } = await live.commit(writing);
      return outcome === 'committed' ? undefined : STALE;
    });
  }

  return {
    plan: (names) => plan(names),
    close() {
      isClosed = true;
      clearTimeout(timer);
    },
  };
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
