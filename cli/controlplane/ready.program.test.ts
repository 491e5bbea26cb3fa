import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  startSecuredControlPlane,
  type SecuredControlPlane,
} from '../../test/testing/secured-control-plane.ts';
import { controlPlaneReady } from './ready.ts';

let controlPlane: SecuredControlPlane;
beforeAll(async () => {
  controlPlane = await startSecuredControlPlane();
});
afterAll(async () => {
  await controlPlane?.stop();
  controlPlane?.remove();
});

test('a control plane with TLS and authentication is ready until it stops', async () => {
  const api = controlPlane.endpoint.replace('https://localhost', '0.0.0.0');
  // It waits for five seconds.
  await expect.poll(() => controlPlaneReady(api).catch(String)).toBeUndefined();
  await controlPlane.stop();
  await expect(controlPlaneReady(api)).rejects.toThrow(`the control plane at ${api} does not answer`);
});

test.each(['127.0.0.1', '127.0.0.1:0', '127.0.0.1:x', ':70000'])('%s is no address', async (api) => {
  await expect(controlPlaneReady(api)).rejects.toThrow(
    `--api "${api}": it has to be HOST:PORT, with a port from 1 to 65535`,
  );
});
