import { expect, test } from 'vitest';
import { ENVOYS } from '../../controlplane/translate/testing/real-envoy.ts';
import { reloadUnderLoad } from './testing/reloads-scene.ts';

// The short form of test/long/reloads.ts.

test.each(
  ENVOYS,
)('%s: hot restarts under load fail no request of http, http2 and grpc, and cut tcp connections', async (variable) => {
  const load = { reloads: 2, requests: 1000, perSecond: 25 };
  const { callers, reload } = await reloadUnderLoad(
    `reloads-${variable === ENVOYS[0] ? 'a' : 'b'}`,
    variable,
    load,
  );
  expect(callers.failed).toEqual({});
  expect(callers.sent).toBeGreaterThanOrEqual(load.requests);
  expect(callers.tcp.cut).toBeGreaterThanOrEqual(5);
  expect(reload.counts).toEqual({ 'taken over': 2, refused: 0, failed: 0 });
});
