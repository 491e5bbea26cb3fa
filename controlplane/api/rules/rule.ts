import type { Violation } from '../validation/violation.ts';
import type { RuleName } from './catalog.ts';

/** What breaks a rule beyond the model, and which one. */
export type Broken = Violation & { readonly rule: RuleName };

/** What is wrong with a value of a shape, beyond what the model says. `path` is where it stands. */
export type Rule<T = never> = (value: T, path: string) => readonly Broken[];
