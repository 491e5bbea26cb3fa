import { expect, test } from 'vitest';
import { ENVOYS } from '../../controlplane/translate/testing/real-envoy.ts';
import { reloadUnderLoad } from './testing/reloads-scene.ts';

// The short form of test/long/reloads.ts.

test.each(
  ENVOYS,
)('%s: hot restarts under load fail no request of http, http2 and grpc but refused streams, and cut tcp connections', async (variable) => {
  const load = { reloads: 2, requests: 1000, perSecond: 25 };
  const { callers, reload } = await reloadUnderLoad(
    `reloads-${variable === ENVOYS[0] ? 'a' : 'b'}`,
    variable,
    load,
  );
  // A stream that HTTP/2 refuses was not processed (RFC 9113, 8.7). Clients send it again; these callers do not.
  const others = Object.keys(callers.failed).filter(
    (reason) => !/REFUSED_STREAM|refused by server/.test(reason),
  );
  expect(others).toEqual([]);
  expect(callers.sent).toBeGreaterThanOrEqual(load.requests);
  expect(callers.tcp.cut).toBeGreaterThanOrEqual(5);
  expect(reload.counts).toEqual({ 'taken over': 2, refused: 0, failed: 0 });
});
