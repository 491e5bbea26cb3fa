import type { ControlPlane } from '../programs/control-plane.ts';
import { until } from '../until.ts';

/** Waits until exactly `count` proxies are connected and all of them are in sync. @throws Error after 10 s */
export async function allInSync(controlPlane: Pick<ControlPlane, 'status'>, count: number): Promise<void> {
  await until(`${count} proxies in sync`, async () => {
    const { proxies } = await controlPlane.status();
    return proxies.length === count && proxies.every(({ state }) => state === 'in sync');
  });
}
