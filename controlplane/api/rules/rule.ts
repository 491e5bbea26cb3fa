import type { Violation } from '../validation/violation.ts';
import type { RuleName } from './catalog.ts';

/** A violation of a rule beyond the model, with the rule's name. */
export type Broken = Violation & { readonly rule: RuleName };

/** Finds the violations of a rule beyond the model in a value of a shape. `path`: the value's path. */
export type Rule<T = never> = (value: T, path: string) => readonly Broken[];
