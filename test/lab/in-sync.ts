import type { ControlPlane } from './control-plane.ts';
import { until } from './until.ts';

/** Waits until exactly so many proxies are connected, each with all that it is to have. @throws Error after 10 s */
export async function allInSync(controlPlane: Pick<ControlPlane, 'status'>, count: number): Promise<void> {
  await until(`${count} proxies in sync`, async () => {
    const { proxies } = await controlPlane.status();
    return proxies.length === count && proxies.every(({ state }) => state === 'in sync');
  });
}
