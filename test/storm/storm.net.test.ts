import { afterAll, beforeAll, expect, test } from 'vitest';
import { openScene, type Scene } from './testing/scene.ts';
import { begin, compareAll, passStorm } from './testing/storm.ts';

// `test/long/storm.ts` does the same for any length of time.

const SEED = Number(process.env['DAYBREAK_STORM_SEED'] ?? 1);

let scene: Scene;
beforeAll(async () => {
  scene = await openScene('storm');
  await begin(scene);
});
afterAll(() => scene?.close());

test('after 500 changes under kills and cuts each Envoy has the configuration that a fresh one gets and that the API reports', {
  timeout: 1_800_000,
}, async () => {
  const tally = await passStorm(scene, SEED, 750);
  expect(tally.done).toBeGreaterThanOrEqual(500);
  expect(tally.accidents).toMatchObject({
    kill: expect.any(Number),
    lose: expect.any(Number),
    reset: expect.any(Number),
  });
  await compareAll(scene);
});
