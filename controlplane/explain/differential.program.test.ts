import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { envoyOf } from '../translate/testing/real-envoy.ts';
import { anyGateway, anySidecar } from './testing/any-scene.ts';
import { startDifferential, type Differential } from './testing/differential.ts';
import { TRIED } from './testing/tried.ts';

// What `explain` says of a request is what a real Envoy does with it, of either release: routes, conditions, hosts, paths and
// headers made up out of what Envoy touches. They are the same each time, unless DAYBREAK_TEST_SEED says otherwise: what comes next to
// light is for `test/long/random-requests.ts`, which goes on with others.

const RUNS = Number(process.env['DAYBREAK_TEST_RUNS'] ?? 100);
const SEEDS = (process.env['DAYBREAK_TEST_SEED'] ?? '1 2 3 4').split(' ').map(Number);

describe.each(TRIED)('%s', (variable, release) => {
  let differential: Differential;
  beforeAll(async () => {
    differential = await startDifferential(envoyOf(variable), release);
  });
  afterAll(() => differential?.close());

  it.each([
    ['the application beside a virtual node', anySidecar],
    ['a caller of a virtual gateway', anyGateway],
  ])('does what is said of a request of %s', { timeout: 600_000 }, async (_who, scenes) => {
    for (const seed of SEEDS) {
      await fc.assert(
        fc.asyncProperty(scenes, async (scene) => {
          expect(await differential.differences(scene)).toEqual([]);
        }),
        { numRuns: RUNS, seed },
      );
    }
  });
});
