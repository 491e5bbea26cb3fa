import { isObject } from '../../../../common/is-object.ts';
import { Open } from '../../source.ts';
import type { Step } from './expression.ts';

/** A value that depends on something that import does not evaluate: a data source, an attribute that AWS computes, a function. */
export const UNKNOWN = Symbol('unknown');

/** A resource or module, or all its instances, of which a part is evaluated when an expression steps into it. */
export class Lazy {
  /** Returns a part: an instance by its key, or an attribute or output by its name. */
  readonly step: (step: Step) => unknown;
  /** The instances by their keys; undefined for a single one. */
  readonly instances: ReadonlyMap<Step, unknown> | undefined;

  constructor(step: (step: Step) => unknown, instances?: ReadonlyMap<Step, unknown>) {
    this.step = step;
    this.instances = instances;
  }
}

/** Creates the value of a resource or module with `count` or `for_each`. */
export function instancesValue(instances: ReadonlyMap<Step, unknown>): Lazy {
  return new Lazy((key) => instances.get(key), instances);
}

/** Follows steps into a value. Returns undefined if a step does not exist. */
export function stepInto(value: unknown, steps: readonly Step[]): unknown {
  let at = value;
  for (const step of steps) {
    if (at === UNKNOWN || at instanceof Open) return at;
    if (at instanceof Lazy) at = at.step(step);
    else if (Array.isArray(at)) at = typeof step === 'number' ? (at[step] as unknown) : undefined;
    else if (isObject(at) && Object.hasOwn(at, step)) at = at[String(step)];
    else return undefined;
  }
  return at;
}
