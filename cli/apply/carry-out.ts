import { isDeepStrictEqual } from 'node:util';
import { KINDS } from '../../controlplane/mesh/resource.ts';
import type { Client } from '../client/client.ts';
import { CallError, isApiError } from '../client/errors.ts';
import {
  createResource,
  deleteResource,
  tagResource,
  untagResource,
  updateResource,
} from '../client/resources.ts';
import { CALLS_AT_ONCE, mapConcurrently } from '../concurrency.ts';
import { describeKey, keyText } from '../resources/key.ts';
import { referencesOf } from '../resources/references.ts';
import { done, failed, notTried, type Outcome } from './outcome.ts';
import type { Delete, Step, Update } from './plan.ts';

/**
 * Executes steps, at most `CALLS_AT_ONCE` at a time: parents before children, referenced resources before those that refer to
 * them, and deletions last, in reverse order. It retries refused steps after the others, as long as a pass makes progress,
 * because a change may depend on a later one (a router's second listener needs a route that names a port). If any step failed,
 * it deletes nothing. It calls `tell` with each outcome.
 */
export async function carryOut(
  client: Client,
  steps: readonly Step[],
  tell: (outcome: Outcome) => void,
): Promise<readonly Outcome[]> {
  const run: Run = { client, tell, bad: new Map(), away: false };
  const deletes = steps.filter((step): step is Delete => step.action === 'delete');
  const puts = steps.filter((step) => step.action !== 'delete');
  const putOutcomes = await untilNothingMoves(puts, (some) => inOrder(run, some, KINDS), tell);
  if (putOutcomes.some(({ state }) => state !== 'done')) {
    const left = deletes.map((step) => notTried(step, 'nothing is deleted, because something else failed'));
    for (const outcome of left) tell(outcome);
    return [...putOutcomes, ...left];
  }
  const reverse = KINDS.toReversed();
  return [...putOutcomes, ...(await untilNothingMoves(deletes, (some) => inOrder(run, some, reverse), tell))];
}

type Run = {
  readonly client: Client;
  readonly tell: (outcome: Outcome) => void;
  /** The keys of resources that could not be created, with the reason. */
  readonly bad: Map<string, string>;
  /** The control plane stopped answering; the remaining steps are not tried. */
  away: boolean;
};

async function untilNothingMoves(
  steps: readonly Step[],
  pass: (steps: readonly Step[]) => Promise<readonly Outcome[]>,
  tell: (outcome: Outcome) => void,
): Promise<readonly Outcome[]> {
  const settled: Outcome[] = [];
  let left = steps;
  for (;;) {
    const outcomes = await pass(left);
    const good = outcomes.filter(({ state }) => state === 'done');
    const bad = outcomes.filter(({ state }) => state !== 'done');
    settled.push(...good);
    if (bad.length === 0) return settled;
    if (!good.some(({ step }) => step.action !== 'unchanged') || !bad.some(refused)) {
      for (const outcome of bad) tell(outcome);
      return [...settled, ...bad];
    }
    left = bad.map(({ step }) => step);
  }
}

function refused(outcome: Outcome): boolean {
  if (outcome.state !== 'failed' || !(outcome.error instanceof CallError)) return false;
  const { status = 0 } = outcome.error;
  return status >= 400 && status < 500;
}

async function inOrder(
  run: Run,
  steps: readonly Step[],
  kinds: readonly (typeof KINDS)[number][],
): Promise<readonly Outcome[]> {
  run.bad.clear();
  const outcomes: Outcome[] = [];
  for (const kind of kinds) {
    const batch = steps.filter(({ key }) => key.kind === kind);
    outcomes.push(...(await mapConcurrently(batch, CALLS_AT_ONCE, (step) => settle(run, step))));
  }
  return outcomes;
}

async function settle(run: Run, step: Step): Promise<Outcome> {
  if (run.away) return notTried(step, 'the control plane stopped answering');
  const reason = step.action === 'delete' ? undefined : lacking(run, step);
  if (reason !== undefined) {
    run.bad.set(keyText(step.key), reason);
    return notTried(step, reason);
  }
  try {
    const outcome = done(step, await versionAfter(run.client, step));
    run.tell(outcome);
    return outcome;
  } catch (error) {
    if (!(error instanceof CallError)) throw error;
    if (error.status === undefined) run.away = true;
    if (step.action === 'create')
      run.bad.set(keyText(step.key), `${describeKey(step.key)} could not be made`);
    return failed(step, error);
  }
}

// A step that refers to a resource that could not be created would fail with an error that adds no information.
function lacking({ bad }: Run, step: Exclude<Step, Delete>): string | undefined {
  const missing = referencesOf(step.document).find(({ key }) => bad.has(keyText(key)));
  return missing && bad.get(keyText(missing.key));
}

async function versionAfter(client: Client, step: Step): Promise<number> {
  if (step.action === 'create') return (await createResource(client, step.key, step.after)).metadata.version;
  if (step.action === 'update') return update(client, step);
  return step.action === 'delete' ? remove(client, step) : step.before.version;
}

async function update(client: Client, { key, before, after }: Update): Promise<number> {
  const changed = isDeepStrictEqual(before.spec, after.spec)
    ? undefined
    : await updateResource(client, key, after.spec);
  const added = after.tags.filter((tag) => !before.tags.some((old) => isDeepStrictEqual(old, tag)));
  const gone = before.tags.filter((old) => !after.tags.some((tag) => tag.key === old.key));
  // Remove old tags first, so that the number of tags does not exceed the limit of a resource.
  if (gone.length > 0)
    await untagResource(
      client,
      before.arn,
      gone.map((tag) => tag.key),
    );
  if (added.length > 0) await tagResource(client, before.arn, added);
  return changed?.metadata.version ?? before.version;
}

async function remove(client: Client, { key, before }: Delete): Promise<number> {
  try {
    return (await deleteResource(client, key)).metadata.version;
  } catch (error) {
    // A retry of this call, or another client, has deleted the resource.
    if (isApiError(error, 'NotFoundException')) return before.version;
    throw error;
  }
}
