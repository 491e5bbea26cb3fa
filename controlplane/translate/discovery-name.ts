import type { TargetNode } from '../mesh/proxy-view.ts';

/**
 * Returns the name by which a virtual node is discovered, which is also the default name in its certificate: its DNS name
 * without a trailing dot, or `SERVICE.NAMESPACE` of AWS Cloud Map. Empty if it has no service discovery.
 */
export function discoveryName({ serviceDiscovery }: TargetNode): string {
  const { dns, awsCloudMap } = serviceDiscovery ?? {};
  if (awsCloudMap !== undefined) return `${awsCloudMap.serviceName}.${awsCloudMap.namespaceName}`;
  return dns?.hostname.replace(/\.$/, '') ?? '';
}
