import type { SpecChange } from '../../../controlplane/console/contract.ts';
import type { RouteSpec } from '../../../controlplane/model/types.ts';
import { targetsOf, type Target } from './routes.ts';

/** Since when the weights of a route stand, and the way back. */
export type Standing = {
  /** When they were set, in ISO 8601. Undefined: before the changes that the control plane keeps. */
  readonly since: string | undefined;
  /** The change that set them. Undefined: it is not kept. */
  readonly change: SpecChange | undefined;
  /** The targets before; empty: the change created the route, or it is not kept. */
  readonly before: readonly Target[];
  /** Whether it is the newest change of the route, so that undoing it changes nothing but the weights. */
  readonly newest: boolean;
};

/** Finds the change that set the weights of a route. `changes`: of that route, the newest first. */
export function standingOf(changes: readonly SpecChange[]): Standing {
  const index = changes.findIndex(({ before, after }) => weightsOf(before?.spec) !== weightsOf(after?.spec));
  const change = changes[index];
  return {
    since: change?.at,
    change,
    before: change?.before === undefined ? [] : targetsOf(change.before.spec),
    newest: index === 0,
  };
}

function weightsOf(spec: RouteSpec | undefined): string {
  const targets = spec === undefined ? [] : targetsOf(spec);
  return JSON.stringify(targets.map(({ virtualNode, port, weight }) => [virtualNode, port, weight]));
}
