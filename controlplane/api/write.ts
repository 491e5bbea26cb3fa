import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LiveModel } from '../mesh/live-model.ts';
import type { Model } from '../mesh/model.ts';
import type { MeshId, Resource, ResourceId } from '../mesh/resource.ts';
import type { ResourceOperation } from '../model/operations.ts';
import type { TokenUse, Write } from '../store/store.ts';
import { canonicalJson } from './canonical-json.ts';
import type { ApiContext } from './context.ts';
import { conflict, unavailable } from './errors.ts';
import type { Input } from './request.ts';

/** What a call wants written, if anything, and what it answers once it is. */
export type Decision<T> = {
  readonly puts?: readonly Resource[];
  readonly deletes?: readonly ResourceId[];
  readonly answer: T;
};

/** Decides on the model; see writeTo. */
export type Decide<T> = (model: Model, repeated: boolean) => Decision<T>;

/** Times that a decision is taken anew because somebody wrote to the mesh meanwhile. */
const ATTEMPTS = 20;

/**
 * Decides on the model, commits, and decides again where another writer was faster. When it has returned, the change is
 * durable and in the model. `decide` must not have effects; `repeated` tells it that this very call (by its client's
 * token) was done before.
 * @throws ApiError what `decide` throws; ConflictException for a token that was used for something else;
 *   ServiceUnavailableException when others keep writing
 */
export function writeTo<T>(
  context: ApiContext,
  mesh: MeshId,
  token: TokenUse | undefined,
  decide: Decide<T>,
): Promise<T> {
  return context.live.inTurn(mesh, () => decideAndCommit(context, mesh, token, decide));
}

async function decideAndCommit<T>(
  { live, now }: ApiContext,
  mesh: MeshId,
  token: TokenUse | undefined,
  decide: Decide<T>,
): Promise<T> {
  let repeated = false;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const revision = live.model.meshRevision(mesh);
    const decided = attemptTo(() => decide(live.model, repeated));
    const write = 'decision' in decided ? writeOf(decided.decision) : undefined;
    if (write !== undefined) {
      const given = repeated ? undefined : token;
      const { outcome } = await live.commit({ mesh, expectedMeshRevision: revision, token: given, ...write });
      if (outcome === 'committed') return conclude(decided);
      // Another control plane was faster.
      if (attempt > 0) await sleep(Math.random() * Math.min(2 ** attempt, 100));
    }
    const wasRepeated = repeated;
    repeated = await wasDone(live, token, now());
    await live.catchUp();
    // The store has not checked a decision without a write: it stands if it was taken on what the store has.
    const stands = live.model.meshRevision(mesh) === revision && repeated === wasRepeated;
    if (write === undefined && stands) return conclude(decided);
  }
  throw unavailable(`Others kept changing mesh ${mesh.mesh}; nothing was written. Try again.`);
}

type Decided<T> = { readonly decision: Decision<T> } | { readonly error: unknown };

function attemptTo<T>(decide: () => Decision<T>): Decided<T> {
  try {
    return { decision: decide() };
  } catch (error) {
    return { error };
  }
}

function conclude<T>(decided: Decided<T>): T {
  if ('error' in decided) throw decided.error;
  return decided.decision.answer;
}

function writeOf<T>({ puts = [], deletes = [] }: Decision<T>): Pick<Write, 'puts' | 'deletes'> | undefined {
  return puts.length + deletes.length === 0 ? undefined : { puts, deletes };
}

/** Whether this very call was done before, by its client's token. */
async function wasDone(live: LiveModel, token: TokenUse | undefined, at: number): Promise<boolean> {
  if (token === undefined) return false;
  const content = await live.tokenContent(token, at);
  if (content !== undefined && content !== token.content) throw tokenConflict();
  return content !== undefined;
}

/** The client's token of a call and what is asked with it; undefined where the client gave none. */
export function tokenUse(
  { caller, now }: ApiContext,
  { name }: ResourceOperation,
  { clientToken, ...content }: Input,
): TokenUse | undefined {
  if (typeof clientToken !== 'string' || clientToken === '') return undefined;
  const digest = (text: string): string => createHash('sha256').update(text).digest('base64url');
  return {
    account: caller.account,
    operation: name,
    token: digest(clientToken),
    content: digest(canonicalJson(content)),
    at: now(),
  };
}

function tokenConflict(): Error {
  return conflict(
    'The clientToken was used before, for a call with other parameters. Nothing was written. Use a new token for a new call.',
  );
}
