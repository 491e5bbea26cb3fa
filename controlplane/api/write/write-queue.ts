import { isDeepStrictEqual } from 'node:util';
import { createBatchQueue } from '../../mesh/concurrency/batch-queue.ts';
import { repeatWhileStale, STALE } from '../../mesh/concurrency/repeat-while-stale.ts';
import type { LiveModel } from '../../mesh/live-model.ts';
import { idKey, meshKey, type Model } from '../../mesh/model.ts';
import type { MeshId, Resource, ResourceId } from '../../mesh/resource.ts';
import type { ChangeOrigin, SpecChangeInput } from '../../store/spec-history.ts';
import type { TokenKey, TokenUse, Write } from '../../store/store.ts';
import { specChanges } from './spec-changes.ts';
import { conflict } from '../../http/errors.ts';

/** The decision of a call on one state of the model. `conclude` responds to the caller after that state and the write are durable. */
export type Decided = {
  readonly puts: readonly Resource[];
  readonly deletes: readonly ResourceId[];
  readonly token: TokenUse | undefined;
  readonly conclude: () => void;
};

/** A call that writes to a mesh. `fail` responds to the caller with an error. */
export type Writer = {
  readonly mesh: MeshId;
  readonly token: TokenUse | undefined;
  readonly origin: ChangeOrigin;
  /** Must not throw or have side effects. `repeated`: the same call, by its token, succeeded before. */
  readonly decide: (model: Model, repeated: boolean) => Decided;
  readonly fail: (error: unknown) => void;
};

/** Queues a writer. Throws a StoreError if its mesh's queue is full. */
export type WriteQueue = (writer: Writer) => void;

/**
 * Commits concurrent writers to one mesh as one atomic batch, which costs no more than one commit. Each writer decides on the
 * model that the previous writers of the batch produce, and gets its response after the batch is durable.
 */
export function createWriteQueue(live: LiveModel, now: () => number): WriteQueue {
  const enqueue = createBatchQueue<Writer>(async (batch) => {
    for (const part of splitAtRepeatedTokens(batch)) await commitBatch(live, now, part);
  });
  return (writer) => enqueue(meshKey(writer.mesh), writer);
}

type Waiting = { readonly writer: Writer; readonly repeated: boolean };

async function commitBatch(live: LiveModel, now: () => number, batch: Batch): Promise<void> {
  const { mesh } = batch[0];
  let waiting: readonly Waiting[] = batch.map((writer) => ({ writer, repeated: false }));
  const catchUp = async (): Promise<void> => {
    waiting = await resolveTokens(live, now(), waiting);
    await live.catchUp();
  };
  try {
    await repeatWhileStale({ what: `mesh ${mesh.mesh}`, catchUp }, async () => {
      if (waiting.length === 0) return undefined;
      const revision = live.model.meshRevision(mesh);
      const { decided, history } = decideSequentially(live.model, waiting, now());
      const write = writeOf(live.model, mesh, decided, history);
      if (write !== undefined) {
        const { outcome } = await live.commit(write);
        return outcome === 'committed' ? conclude(decided) : STALE;
      }
      const before = waiting;
      await catchUp();
      // Without a write, the store has not checked the decisions: they are valid if the model was up to date with the store.
      const stand = live.model.meshRevision(mesh) === revision && isDeepStrictEqual(before, waiting);
      return stand ? conclude(decided) : STALE;
    });
  } catch (error) {
    for (const { writer } of waiting) writer.fail(error);
  }
}

function conclude(decided: readonly Decided[]): void {
  for (const each of decided) each.conclude();
}

function decideSequentially(
  model: Model,
  waiting: readonly Waiting[],
  at: number,
): { readonly decided: readonly Decided[]; readonly history: readonly SpecChangeInput[] } {
  let current = model;
  const history: SpecChangeInput[] = [];
  const decided = waiting.map(({ writer, repeated }, index) => {
    const one = writer.decide(current, repeated);
    history.push(...specChanges(current, one, writer.origin, at));
    if (index < waiting.length - 1 && isChange(one)) current = current.with(one);
    return one;
  });
  return { decided, history };
}

function isChange({ puts, deletes }: Decided): boolean {
  return puts.length + deletes.length > 0;
}

/** Merges all decisions into one write with the final state of each resource; undefined if there is nothing to write. */
function writeOf(
  model: Model,
  mesh: MeshId,
  decided: readonly Decided[],
  history: readonly SpecChangeInput[],
): Write | undefined {
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
    history,
    // The quota check counted the account's meshes, so that count is a precondition of the commit.
    expectedMeshes: makesMesh ? model.count('mesh', mesh) : undefined,
  };
}

/** Looks the tokens up in the store. Writers that reused a token for a different request fail with ConflictException and are dropped. */
async function resolveTokens(
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

type Batch = readonly [Writer, ...Writer[]];

/** Splits a batch, in order, so that no part has a token twice: only after the first commit is the second known to be a repetition. */
function splitAtRepeatedTokens(batch: readonly Writer[]): readonly Batch[] {
  const parts: [Writer, ...Writer[]][] = [];
  let seen = new Set<string>();
  for (const writer of batch) {
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
    'The clientToken was already used for a call with other parameters. Nothing was written. Use a new token for a new call.',
  );
}
