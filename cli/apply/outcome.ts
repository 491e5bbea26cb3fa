import { describeOrigin } from '../resources/document.ts';
import { describeKey } from '../resources/key.ts';
import type { Step } from './plan.ts';

/** What became of a step. `version`: that of the resource afterwards. */
export type Outcome =
  | { readonly state: 'done'; readonly step: Step; readonly version: number }
  | { readonly state: 'failed'; readonly step: Step; readonly error: unknown }
  | { readonly state: 'not tried'; readonly step: Step; readonly reason: string };

/** The step was carried out, or there was nothing to do. */
export const done = (step: Step, version: number): Outcome => ({ state: 'done', step, version });

/** The control plane refused it, or could not be reached. */
export const failed = (step: Step, error: unknown): Outcome => ({ state: 'failed', step, error });

/** It was left out because of what failed before it. */
export const notTried = (step: Step, reason: string): Outcome => ({ state: 'not tried', step, reason });

const DONE = { create: 'created', update: 'changed', unchanged: 'unchanged', delete: 'deleted' } as const;

/** A line for people: `changed    route colors/router/all (version 4)`. */
export function describeOutcome(outcome: Outcome): string {
  const { step } = outcome;
  const words = { done: DONE[step.action], failed: 'failed', 'not tried': 'not tried' } as const;
  const version = outcome.state === 'done' && step.action !== 'delete' ? ` (version ${outcome.version})` : '';
  return `${words[outcome.state].padEnd(9)}  ${describeKey(step.key)}${version}`;
}

/** Why a step was not carried out, with the place of its document; undefined where it was. */
export function describeFailure(outcome: Outcome): string | undefined {
  if (outcome.state === 'done') return undefined;
  const { step } = outcome;
  const place =
    'document' in step ? describeOrigin(step.document.origin, step.key) : `deleting ${describeKey(step.key)}`;
  return `${place}: ${outcome.state === 'failed' ? messageOf(outcome.error) : outcome.reason}`;
}

/** The message of an error and those of its causes. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message}: ${messageOf(error.cause)}`;
}

/** How many steps came to which end. */
export type Summary = Readonly<
  Record<'created' | 'changed' | 'deleted' | 'unchanged' | 'failed' | 'notTried', number>
>;

/** Counts outcomes. */
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

/** The summary in one line; what did not happen is left out, except that nothing failed. */
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
