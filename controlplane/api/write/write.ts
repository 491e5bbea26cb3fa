import { createHash } from 'node:crypto';
import type { Model } from '../../mesh/model.ts';
import type { MeshId, Resource, ResourceId } from '../../mesh/resource.ts';
import type { ResourceOperation } from '../../model/operations.ts';
import type { TokenUse } from '../../store/store.ts';
import { canonicalJson } from './canonical-json.ts';
import type { ApiContext } from '../operations/context.ts';
import type { Input } from '../../model/input.ts';

/** The changes that a call makes, if any, and its response after they are durable. */
export type Decision<T> = {
  readonly puts?: readonly Resource[];
  readonly deletes?: readonly ResourceId[];
  readonly answer: T;
};

/** Decides what to write; see writeTo. */
export type Decide<T> = (model: Model, repeated: boolean) => Decision<T>;

/**
 * Decides on the model, commits, and decides again after a conflict with another writer. When the promise resolves, the
 * change is durable and in the model. `decide` must not have side effects; `repeated` says that the same call, by its client
 * token, succeeded before. Concurrent calls that write to one mesh are committed as one batch, and each is decided on the
 * model that the previous ones produce.
 * @throws ApiError the errors of `decide`; ConflictException for a token that was used for a different request;
 *   ServiceUnavailableException if conflicts with other writers persist
 */
export function writeTo<T>(
  { writes, origin }: ApiContext,
  mesh: MeshId,
  token: TokenUse | undefined,
  decide: Decide<T>,
): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const attempt = (model: Model, repeated: boolean) => {
    try {
      const { answer, puts = [], deletes = [] } = decide(model, repeated);
      return { puts, deletes, token: repeated ? undefined : token, conclude: () => resolve(answer) };
    } catch (error) {
      return { puts: [], deletes: [], token: undefined, conclude: () => reject(error) };
    }
  };
  writes({ mesh, token, origin, decide: attempt, fail: reject });
  return promise;
}

/** Returns the client token of a call and the digest of its parameters; undefined if the call has no token. */
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
