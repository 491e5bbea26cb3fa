import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Model } from '../mesh/model.ts';
import type { MeshId, Resource, ResourceId } from '../mesh/resource.ts';
import type { ResourceOperation } from '../model/operations.ts';
import type { TokenUse } from '../store/store.ts';
import { canonicalJson } from './canonical-json.ts';
import type { ApiContext } from './context.ts';
import { conflict, unavailable } from './errors.ts';
import type { Input } from './request.ts';

/** What a call wants written, if anything, and what it answers once it is. */
export type Decision<T> = { readonly put?: Resource; readonly delete?: ResourceId; readonly answer: T };

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
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const used = token === undefined ? undefined : await live.tokenContent(token, now());
    if (used !== undefined && used !== token?.content) throw tokenConflict();
    const repeated = used !== undefined;
    const expectedMeshRevision = live.model.meshRevision(mesh);
    const decision = decide(live.model, repeated);
    if (decision.put === undefined && decision.delete === undefined) return decision.answer;
    const written = await live.commit({
      mesh,
      expectedMeshRevision,
      puts: decision.put === undefined ? [] : [decision.put],
      deletes: decision.delete === undefined ? [] : [decision.delete],
      token: repeated ? undefined : token,
    });
    if (written.outcome === 'committed') return decision.answer;
    // Another control plane was faster.
    if (attempt > 0) await sleep(Math.random() * Math.min(2 ** attempt, 100));
    await live.catchUp();
  }
  throw unavailable(`Others kept changing mesh ${mesh.mesh}; nothing was written. Try again.`);
}

/** The client's token of a call and what is asked with it; undefined where the client gave none. */
export function tokenUse(
  { account, now }: ApiContext,
  { name }: ResourceOperation,
  { clientToken, ...content }: Input,
): TokenUse | undefined {
  if (typeof clientToken !== 'string' || clientToken === '') return undefined;
  const digest = (text: string): string => createHash('sha256').update(text).digest('base64url');
  return {
    account,
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
