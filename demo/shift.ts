import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../test/lab/until.ts';
import type { ColorMesh } from './color-mesh.ts';
import { updateWeights, type Weights } from './color-model.ts';

/**
 * Moves the route's weights. Returns the time in milliseconds from the sending of UpdateRoute to the ACK of the new route by the gateway's
 * Envoy, measured by the clock of the control plane, which is this machine's.
 */
export async function shiftWeights(mesh: ColorMesh, weights: Weights): Promise<number> {
  const before = await acknowledgedAt(mesh);
  const sentAt = performance.timeOrigin + performance.now();
  await updateWeights(mesh.client, weights);
  const at = await until(
    'the route acknowledged by the gateway',
    async () => {
      const now = await acknowledgedAt(mesh);
      return now > before && now;
    },
    { everyMs: 5 },
  );
  return Math.max(0, Math.round((at - sentAt) * 10) / 10);
}

/** Waits until `done` returns true, and meanwhile calls `look` ten times a second. */
export async function watch(done: () => boolean, look: () => void): Promise<void> {
  while (!done()) {
    await sleep(100);
    look();
  }
}

async function acknowledgedAt(mesh: ColorMesh): Promise<number> {
  const { proxies } = await mesh.controlPlane.status();
  const gateway = proxies.find(({ resource }) => resource.endsWith('/colorgateway-vn'));
  const routes = gateway?.types.find(({ type }) => type === 'RouteConfiguration');
  return Date.parse(routes?.acknowledgedAt ?? '') || 0;
}
