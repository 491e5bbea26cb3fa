import type { MeshView } from '../mesh/proxy-view.ts';
import type { IpPreference, ServiceDiscovery } from '../model/types.ts';
import type { Features } from './features.ts';

/** Returns the preference of a virtual node, which overrides the mesh's: for its own Envoy and for its callers. */
export function nodePreference(
  discovery: ServiceDiscovery | undefined,
  mesh: IpPreference | undefined,
): IpPreference | undefined {
  return discovery?.dns?.ipPreference ?? discovery?.awsCloudMap?.ipPreference ?? mesh;
}

/**
 * Returns the preference with which a proxy looks up virtual nodes without their own preference. By default, our agent prefers
 * IPv4; App Mesh's own image does not declare IPv6, and keeps its default of IPv6 first.
 */
export function callerPreference({ spec }: MeshView, { ipv6 }: Features): IpPreference | undefined {
  return spec.serviceDiscovery?.ipPreference ?? (ipv6 === undefined ? undefined : 'IPv4_PREFERRED');
}
