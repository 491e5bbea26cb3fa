import type { Route } from '#envoy/envoy/config/route/v3/route_components_pb.ts';

/** Whether Envoy accepts an upgrade: the matching route decides, else the listener. */
export function takesUpgrade(
  upgrade: string,
  listener: readonly string[],
  route: Route | undefined,
): boolean {
  const wanted = upgrade.toLowerCase();
  const own = route?.action.case === 'route' ? route.action.value.upgradeConfigs : [];
  const said = own.find(({ upgradeType }) => upgradeType.toLowerCase() === wanted);
  return said === undefined ? listener.includes(wanted) : (said.enabled ?? true);
}
