import type { LiveModel } from '../mesh/live-model.ts';
import type { ResourceOperation } from '../model/operations.ts';
import type { Input } from './request.ts';

/** What every handler works with. */
export type ApiContext = {
  readonly live: LiveModel;
  /** The account that all callers belong to, 12 digits. */
  readonly account: string;
  /** The region in ARNs. */
  readonly region: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
};

/** Carries one call out and gives the body of the answer. `input` is checked against the model and the rules beyond it. */
export type ResourceHandler = (
  context: ApiContext,
  operation: ResourceOperation,
  input: Input,
) => Promise<Readonly<Record<string, unknown>>>;
