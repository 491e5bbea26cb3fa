import type { Principal } from '../../auth/principal.ts';
import type { LiveModel } from '../../mesh/live-model.ts';
import type { ResourceOperation } from '../../model/operations.ts';
import type { Quotas } from '../checks/quotas.ts';
import type { Input } from '../../model/input.ts';
import type { Writers } from '../write/write-together.ts';

/** What all calls work with. */
export type ApiServices = {
  readonly live: LiveModel;
  /** Takes calls on that write. */
  readonly writers: Writers;
  /** The region in ARNs. */
  readonly region: string;
  /** How many of each kind there may be. */
  readonly quotas: Quotas;
  /** Milliseconds since 1970. */
  readonly now: () => number;
};

/** What the handler of one call works with. */
export type ApiContext = ApiServices & {
  /** Who calls. */
  readonly caller: Principal;
};

/** Carries one call out and gives the body of the answer. `input` is checked against the model and the rules beyond it. */
export type ResourceHandler = (
  context: ApiContext,
  operation: ResourceOperation,
  input: Input,
) => Promise<Output>;

/** The body of an answer. */
export type Output = Readonly<Record<string, unknown>>;
