import type { Principal } from '../../auth/principal.ts';
import type { LiveModel } from '../../mesh/live-model.ts';
import type { ResourceId } from '../../mesh/resource.ts';
import type { ResourceOperation } from '../../model/operations.ts';
import type { Quotas } from '../checks/quotas.ts';
import type { PlainFacts } from '../checks/strict.ts';
import type { Input } from '../../model/input.ts';
import type { ChangeOrigin } from '../../store/spec-history.ts';
import type { WriteQueue } from '../write/write-queue.ts';

/** The services that all calls share. */
export type ApiServices = {
  readonly live: LiveModel;
  /** Queues calls that write. */
  readonly writes: WriteQueue;
  /** The region in ARNs. */
  readonly region: string;
  /** The limits on the numbers of resources. */
  readonly quotas: Quotas;
  /** The facts about callers without mutual TLS. */
  readonly plainFacts: PlainFacts;
  /** Milliseconds since 1970. */
  readonly now: () => number;
};

/** The context of one call. */
export type ApiContext = ApiServices & {
  /** The authenticated caller. */
  readonly caller: Principal;
  /** The sender of the changes of this call, for the history. */
  readonly origin: ChangeOrigin;
  /** The header `If-Match`: the states of the resource that the call is meant for. Undefined: any. */
  readonly ifMatch: string | undefined;
};

/**
 * Executes one call and returns the body of the response. `id`: the resource that the input names, or the place of a list, with
 * the name ''. `input` has passed the model and the further rules.
 */
export type ResourceHandler = (
  context: ApiContext,
  operation: ResourceOperation,
  id: ResourceId,
  input: Input,
) => Promise<Output>;

/** The body of a response. */
export type Output = Readonly<Record<string, unknown>>;
