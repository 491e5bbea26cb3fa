import { isObject } from '../../../../common/is-object.ts';
import { Open } from '../../source.ts';
import type { Step } from './expression.ts';

/** A value that depends on something that import does not evaluate: a data source, an attribute that AWS computes, a function. */
export const UNKNOWN = Symbol('unknown');

/** An unknown value with a name: a data source, an attribute that AWS computes, or the output of a module that is not in the files. */
export class Reference {
  /** As the configuration writes it, with the modules around: `module.shop.data.aws_vpc.main.id`. */
  readonly address: string;

  constructor(address: string) {
    this.address = address;
  }
}

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

/** Creates the value of a resource, data source or module of which the files say nothing. */
export function unknownResource(address: string): Lazy {
  return new Lazy((step) =>
    typeof step === 'number'
      ? unknownResource(`${address}${stepText(step)}`)
      : new Reference(`${address}${stepText(step)}`),
  );
}

function stepText(step: Step): string {
  if (typeof step === 'number') return `[${step}]`;
  return /^[\w-]+$/.test(step) ? `.${step}` : `[${JSON.stringify(step)}]`;
}

/** Follows steps into a value. Returns undefined if a step does not exist. */
export function stepInto(value: unknown, steps: readonly Step[]): unknown {
  let at = value;
  for (const step of steps) {
    if (at === UNKNOWN || at instanceof Open) return at;
    if (at instanceof Reference) at = new Reference(`${at.address}${stepText(step)}`);
    else if (at instanceof Lazy) at = at.step(step);
    else if (Array.isArray(at)) at = typeof step === 'number' ? (at[step] as unknown) : undefined;
    else if (isObject(at) && Object.hasOwn(at, step)) at = at[String(step)];
    else return undefined;
  }
  return at;
}
