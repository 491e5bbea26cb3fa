import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { REGION } from '../../controlplane/auth/testing/signed-requests.ts';
import { APP_MESH_KINDS } from '../../controlplane/mesh/resource.ts';
import { leavesOf, occurrences } from '../../controlplane/translate/testing/leaves.ts';
import { PRESENT, prepareClients, reportLeftOut } from './clients/clients.ts';
import type { Outcome } from './clients/client.ts';
import { sdkClient } from './clients/sdk-client.ts';
import { everything } from './story.ts';
import { WHOLE_MODEL } from './whole/whole-model.ts';
import { withoutAccidents } from './without-accidents.ts';
import { startSecuredControlPlane, type SecuredControlPlane } from '../testing/secured-control-plane.ts';

// Every member of the API, with each client that users have: the stored specification equals the requested one, including zeros.

let plane: SecuredControlPlane;
beforeAll(async () => {
  plane = await startSecuredControlPlane('--region', REGION);
  await prepareClients();
}, 1_200_000);
afterAll(async () => {
  await plane?.stop();
  plane?.remove();
});
reportLeftOut();

it.each(
  APP_MESH_KINDS,
)('%s: every leaf of its specification is in the model that the clients send', (kind) => {
  const things = WHOLE_MODEL.filter((thing) => thing.kind.toLowerCase() === kind.toLowerCase());
  const held = things.flatMap(({ specs }) => specs.flatMap((spec) => occurrences(kind, spec)));
  const leaves = new Set(held.map(({ leaf }) => leaf));
  expect(leavesOf(kind).filter((leaf) => !leaves.has(leaf))).toEqual([]);
});

describe('a model with every member of the API', () => {
  const steps = everything('whole', WHOLE_MODEL);
  async function story(make: typeof sdkClient): Promise<readonly Outcome[]> {
    const client = make(plane, 'AKADMIN');
    const outcomes: Outcome[] = [];
    for (const step of steps) outcomes.push(await client.call(step));
    client.close();
    return outcomes;
  }

  let expected: unknown;
  beforeAll(async () => {
    const outcomes = await story(sdkClient);
    const failed = outcomes.filter((outcome) => 'error' in outcome);
    if (failed.length > 0) throw new Error(`the API refuses the model: ${JSON.stringify(failed)}`);
    expected = withoutAccidents(outcomes);
  });

  it('is described as it was requested', () => {
    const asked = steps.filter(({ operation }) => /^(?:Create|Update)/.test(operation));
    const answers = (
      expected as readonly { readonly output: Readonly<Record<string, { spec: unknown }>> }[]
    ).filter((_, index) => /^(?:Create|Update)/.test(steps[index]?.operation ?? ''));
    expect(answers.map(({ output }) => Object.values(output)[0]?.spec)).toEqual(
      asked.map(({ input }) => input['spec']),
    );
  });

  it.each(PRESENT)('is created, read, updated and deleted by $name', async ({ fast }) => {
    expect(withoutAccidents(await story(fast))).toEqual(expected);
  });
});
