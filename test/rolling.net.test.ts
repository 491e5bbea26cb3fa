import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { envoyOf, ENVOYS } from '../controlplane/translate/testing/real-envoy.ts';
import { openRolling, type Rolling } from './testing/rolling-scene.ts';

// Two tasks behind Cloud Map are replaced as ECS does: it stops the application first. The callers do not retry. test/long/rolling.ts does it often,
// with an application that goes on for 2 s, and prints times.

describe.each(ENVOYS)('%s', (variable) => {
  let scene: Rolling;
  beforeAll(async () => {
    scene = await openRolling('rolling', envoyOf(variable), { retries: false });
  });
  afterAll(() => scene?.close());

  test('an application that goes on after its stop until its callers know of it loses no request', async () => {
    const { requests, failed } = await scene.replace(1, { app: 'goes on until its callers know' });
    expect(failed).toEqual([]);
    expect(requests).toBeGreaterThan(100);
  });

  test('an application that ends at once loses no request after its callers have other endpoints, long before its proxy is stopped', async () => {
    const { late } = await scene.replace(1, { app: 'ends at once' });
    expect(late).toEqual([]);
  });
});
