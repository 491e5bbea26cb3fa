import type { TargetNode } from '../mesh/proxy-view.ts';

/**
 * What a virtual node is found by, and what its certificate is to be for where nobody names another: its DNS name
 * without a trailing dot, or `SERVICE.NAMESPACE` of AWS Cloud Map. Empty where it has no service discovery.
 */
export function discoveryName({ serviceDiscovery }: TargetNode): string {
  const { dns, awsCloudMap } = serviceDiscovery ?? {};
  if (awsCloudMap !== undefined) return `${awsCloudMap.serviceName}.${awsCloudMap.namespaceName}`;
  return dns?.hostname.replace(/\.$/, '') ?? '';
}
