import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { createGroups } from '../../mesh/batch-queue.ts';
import type { LiveModel } from '../../mesh/live-model.ts';
import { idKey, meshKey, type Model } from '../../mesh/model.ts';
import type { MeshId, Resource, ResourceId } from '../../mesh/resource.ts';
import type { TokenKey, TokenUse, Write } from '../../store/store.ts';
import { conflict, unavailable } from '../../http/errors.ts';

/** What a call came to on some state of the model. `conclude` answers the caller, once that state and the write are durable. */
export type Decided = {
  readonly puts: readonly Resource[];
  readonly deletes: readonly ResourceId[];
  readonly token: TokenUse | undefined;
  readonly conclude: () => void;
};

/** A call that wants to write to a mesh. `fail` answers the caller with an error. */
export type Writer = {
  readonly mesh: MeshId;
  readonly token: TokenUse | undefined;
  /** Must not throw, and not have effects. `repeated`: this very call, by its token, was done before. */
  readonly decide: (model: Model, repeated: boolean) => Decided;
  readonly fail: (error: unknown) => void;
};

/** Takes a writer on. Throws a StoreError where too many wait for its mesh. */
export type Writers = (writer: Writer) => void;

/** Times that decisions are taken anew because somebody wrote to the mesh meanwhile. */
const ATTEMPTS = 20;

/**
 * Those who write to one mesh at the same time are committed together, all or none of them, as one commit: it costs no more
 * than the commit of one. Each has decided on what those before it leave, and is answered once that is durable.
 */
export function createWriters(live: LiveModel, now: () => number): Writers {
  const groups = createGroups<Writer>(async (group) => {
    for (const part of withoutRepetitions(group)) await writeTogether(live, now, part);
  });
  return (writer) => groups(meshKey(writer.mesh), writer);
}

type Waiting = { readonly writer: Writer; readonly repeated: boolean };

async function writeTogether(live: LiveModel, now: () => number, group: Group): Promise<void> {
  const { mesh } = group[0];
  let waiting: readonly Waiting[] = group.map((writer) => ({ writer, repeated: false }));
  try {
    for (let attempt = 0; attempt < ATTEMPTS && waiting.length > 0; attempt += 1) {
      const revision = live.model.meshRevision(mesh);
      const decided = decideInTurn(live.model, waiting);
      const write = writeOf(live.model, mesh, decided);
      if (write !== undefined) {
        const { outcome } = await live.commit(write);
        if (outcome === 'committed') return conclude(decided);
        // Another control plane was faster.
        if (attempt > 0) await sleep(Math.random() * Math.min(2 ** attempt, 100));
      }
      const before = waiting;
      waiting = await lookForRepetitions(live, now(), waiting);
      await live.catchUp();
      // The store has not checked decisions without a write: they stand if they were taken on what the store has.
      const stand = live.model.meshRevision(mesh) === revision && isDeepStrictEqual(before, waiting);
      if (write === undefined && stand) return conclude(decided);
    }
    throw unavailable(`Others kept changing mesh ${mesh.mesh}; nothing was written. Try again.`);
  } catch (error) {
    for (const { writer } of waiting) writer.fail(error);
  }
}

function conclude(decided: readonly Decided[]): void {
  for (const each of decided) each.conclude();
}

function decideInTurn(model: Model, waiting: readonly Waiting[]): readonly Decided[] {
  let current = model;
  return waiting.map(({ writer, repeated }, index) => {
    const decided = writer.decide(current, repeated);
    if (index < waiting.length - 1 && isChange(decided)) current = current.with(decided);
    return decided;
  });
}

function isChange({ puts, deletes }: Decided): boolean {
  return puts.length + deletes.length > 0;
}

/** All decisions in one write, which has each resource as the last of them leaves it; undefined where nothing is to be written. */
function writeOf(model: Model, mesh: MeshId, decided: readonly Decided[]): Write | undefined {
  const tokens = decided.flatMap(({ token }) => token ?? []);
  if (tokens.length === 0 && !decided.some(isChange)) return undefined;
  const puts = new Map<string, Resource>();
  const deletes = new Map<string, ResourceId>();
  for (const each of decided) {
    for (const id of each.deletes) {
      deletes.set(idKey(id), id);
      puts.delete(idKey(id));
    }
    for (const resource of each.puts) {
      puts.set(idKey(resource), resource);
      deletes.delete(idKey(resource));
    }
  }
  const makesMesh = [...puts.values()].some((put) => put.kind === 'mesh' && model.get(put) === undefined);
  return {
    mesh,
    expectedMeshRevision: model.meshRevision(mesh),
    puts: [...puts.values()],
    deletes: [...deletes.values()],
    tokens,
    // Who makes a mesh has counted how many the account has.
    expectedMeshes: makesMesh ? model.count('mesh', mesh) : undefined,
  };
}

/** The same calls with what is known of their tokens. Who used his for something else is told so, and has left. */
async function lookForRepetitions(
  live: LiveModel,
  now: number,
  waiting: readonly Waiting[],
): Promise<readonly Waiting[]> {
  const looked = await Promise.all(
    waiting.map(async ({ writer }): Promise<Waiting | undefined> => {
      const { token } = writer;
      const content = token === undefined ? undefined : await live.tokenContent(token, now);
      if (content === undefined || content === token?.content) {
        return { writer, repeated: content !== undefined };
      }
      writer.fail(tokenConflict());
      return undefined;
    }),
  );
  return looked.filter((each) => each !== undefined);
}

type Group = readonly [Writer, ...Writer[]];

/** Parts, in order, none of which has the same token twice: whether the second is a repetition is known after the first. */
function withoutRepetitions(group: readonly Writer[]): readonly Group[] {
  const parts: [Writer, ...Writer[]][] = [];
  let seen = new Set<string>();
  for (const writer of group) {
    const key = writer.token === undefined ? undefined : tokenKey(writer.token);
    const part = parts.at(-1);
    if (part === undefined || (key !== undefined && seen.has(key))) {
      parts.push([writer]);
      seen = new Set();
    } else part.push(writer);
    if (key !== undefined) seen.add(key);
  }
  return parts;
}

function tokenKey({ account, operation, token }: TokenKey): string {
  return [account, operation, token].join('\0');
}

function tokenConflict(): Error {
  return conflict(
    'The clientToken was used before, for a call with other parameters. Nothing was written. Use a new token for a new call.',
  );
}
