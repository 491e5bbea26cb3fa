import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { envoyOf } from '../translate/testing/real-envoy.ts';
import { anyGateway, anySidecar } from './testing/any-scene.ts';
import { startDifferential, type Differential } from './testing/differential.ts';
import { TRIED } from './testing/tried.ts';

// `explain` predicts the behaviour of a real Envoy of either release: random routes, conditions, hosts, paths and headers from
// names and values that Envoy handles specially. The inputs are the same in each run unless DAYBREAK_TEST_SEED is set:
// `test/long/random/random-requests.ts` searches for new failures.

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
  ])('Envoy does what explain predicts for a request of %s', { timeout: 600_000 }, async (_who, scenes) => {
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
