import { createHash } from 'node:crypto';
import type { Model } from '../../mesh/model.ts';
import type { MeshId, Resource, ResourceId } from '../../mesh/resource.ts';
import type { ResourceOperation } from '../../model/operations.ts';
import type { TokenUse } from '../../store/store.ts';
import { canonicalJson } from './canonical-json.ts';
import type { ApiContext } from '../operations/context.ts';
import type { Input } from '../../model/input.ts';

/** What a call wants written, if anything, and what it answers once it is. */
export type Decision<T> = {
  readonly puts?: readonly Resource[];
  readonly deletes?: readonly ResourceId[];
  readonly answer: T;
};

/** Decides on the model; see writeTo. */
export type Decide<T> = (model: Model, repeated: boolean) => Decision<T>;

/**
 * Decides on the model, commits, and decides again where another writer was faster. When it has returned, the change is
 * durable and in the model. `decide` must not have effects; `repeated` tells it that this very call (by its client's
 * token) was done before. Calls that write to one mesh at the same time are committed together; each is decided on what
 * those before it leave.
 * @throws ApiError what `decide` throws; ConflictException for a token that was used for something else;
 *   ServiceUnavailableException when others keep writing
 */
export function writeTo<T>(
  { writers }: ApiContext,
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
  writers({ mesh, token, decide: attempt, fail: reject });
  return promise;
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
