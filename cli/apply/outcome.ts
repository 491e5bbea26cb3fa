import { describeOrigin } from '../resources/document.ts';
import { describeKey } from '../resources/key.ts';
import type { Step } from './plan.ts';

/** The result of a step. `version`: the version of the resource afterwards. */
export type Outcome =
  | { readonly state: 'done'; readonly step: Step; readonly version: number }
  | { readonly state: 'failed'; readonly step: Step; readonly error: unknown }
  | { readonly state: 'not tried'; readonly step: Step; readonly reason: string };

/** The outcome of a step that succeeded or had nothing to do. */
export const done = (step: Step, version: number): Outcome => ({ state: 'done', step, version });

/** The outcome of a step that the control plane refused, or that could not reach the control plane. */
export const failed = (step: Step, error: unknown): Outcome => ({ state: 'failed', step, error });

/** The outcome of a step that was skipped because an earlier one failed. */
export const notTried = (step: Step, reason: string): Outcome => ({ state: 'not tried', step, reason });

const DONE = { create: 'created', update: 'changed', unchanged: 'unchanged', delete: 'deleted' } as const;

/** Formats an outcome as one line for people: `changed    route colors/router/all (version 4)`. */
export function describeOutcome(outcome: Outcome): string {
  const { step } = outcome;
  const words = { done: DONE[step.action], failed: 'failed', 'not tried': 'not tried' } as const;
  const version = outcome.state === 'done' && step.action !== 'delete' ? ` (version ${outcome.version})` : '';
  return `${words[outcome.state].padEnd(9)}  ${describeKey(step.key)}${version}`;
}

/** Returns why a step failed or was skipped, with the place of its document; undefined if it was done. */
export function describeFailure(outcome: Outcome): string | undefined {
  if (outcome.state === 'done') return undefined;
  const { step } = outcome;
  const place =
    'document' in step ? describeOrigin(step.document.origin, step.key) : `deleting ${describeKey(step.key)}`;
  return `${place}: ${outcome.state === 'failed' ? messageOf(outcome.error) : outcome.reason}`;
}

/** Returns the message of an error, followed by those of its causes. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message}: ${messageOf(error.cause)}`;
}

/** The number of steps per result. */
export type Summary = Readonly<
  Record<'created' | 'changed' | 'deleted' | 'unchanged' | 'failed' | 'notTried', number>
>;

/** Counts outcomes per result. */
export function summarize(outcomes: readonly Outcome[]): Summary {
  const count = (wanted: (outcome: Outcome) => boolean): number => outcomes.filter(wanted).length;
  const doneAs = (action: Step['action']): number =>
    count(({ state, step }) => state === 'done' && step.action === action);
  return {
    created: doneAs('create'),
    changed: doneAs('update'),
    deleted: doneAs('delete'),
    unchanged: doneAs('unchanged'),
    failed: count(({ state }) => state === 'failed'),
    notTried: count(({ state }) => state === 'not tried'),
  };
}

/** Formats a summary as one line; `failed` and `not tried` appear only if they are not 0. */
export function describeSummary({
  created,
  changed,
  deleted,
  unchanged,
  failed: bad,
  notTried: left,
}: Summary): string {
  const parts = [`${created} created`, `${changed} changed`, `${deleted} deleted`, `${unchanged} unchanged`];
  if (bad > 0) parts.push(`${bad} failed`);
  if (left > 0) parts.push(`${left} not tried`);
  return `${parts.join(', ')}.`;
}
