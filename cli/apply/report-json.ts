import { CallError } from '../client/errors.ts';
import type { Json } from '../client/client.ts';
import { keyMembers } from '../resources/key.ts';
import { messageOf, summarize, type Outcome } from './outcome.ts';
import type { Step } from './plan.ts';

/** Converts outcomes to JSON for programs. */
export function reportOutcomes(outcomes: readonly Outcome[]): Json {
  return {
    dryRun: false,
    resources: outcomes.map((outcome) => ({ ...stepMembers(outcome.step), ...endOf(outcome) })),
    summary: summarize(outcomes),
  };
}

/** Converts a plan to JSON for programs: each resource before and after. */
export function reportPlan(steps: readonly Step[]): Json {
  return {
    dryRun: true,
    resources: steps.map((step) => ({
      ...stepMembers(step),
      ...('before' in step ? { version: step.before.version } : {}),
      ...('before' in step ? { before: { spec: step.before.spec, tags: step.before.tags } } : {}),
      ...('after' in step ? { after: step.after } : {}),
    })),
  };
}

function stepMembers(step: Step): Json {
  const { action, key } = step;
  const members = { action, kind: key.kind, ...keyMembers(key) };
  if (!('document' in step)) return members;
  const { file, index, line, id } = step.document.origin;
  return { ...members, file, document: index, line, ...(id === undefined ? {} : { id }) };
}

function endOf(outcome: Outcome): Json {
  if (outcome.state === 'done') return { outcome: outcome.state, version: outcome.version };
  if (outcome.state === 'not tried') return { outcome: outcome.state, reason: outcome.reason };
  const { error } = outcome;
  const code = error instanceof CallError ? error.code : undefined;
  return { outcome: outcome.state, error: { code, message: messageOf(error) } };
}
