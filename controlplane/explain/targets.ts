import { Cluster_DiscoveryType as Discovery } from '#envoy/envoy/config/cluster/v3/cluster_pb.ts';
import { readTags } from '../translate/envoy/metadata.ts';
import type { SentTarget } from './explanation.ts';
import type { Served } from './served.ts';
import { targetTls } from './target-tls.ts';

/** Converts weighted clusters to targets with shares; if all weights are 0, the shares are 0. */
export function targetsOf(
  served: Served,
  weighted: readonly {
    readonly name: string;
    readonly weight?: number | { readonly value: number } | undefined;
  }[],
): readonly SentTarget[] {
  const weights = weighted.map(({ weight }) => (typeof weight === 'object' ? weight.value : (weight ?? 0)));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weighted.map(({ name }, index) => {
    const virtualNode = readTags(served.clusters.get(name)?.metadata)['TargetVirtualNode'];
    const tls = targetTls(served, name);
    const share = total === 0 ? 0 : (weights[index] ?? 0) / total;
    return {
      cluster: name,
      ...(virtualNode === undefined ? {} : { virtualNode }),
      share,
      ...(tls === undefined ? {} : { tls }),
    };
  });
}

/** Whether a cluster leads to the original destination. */
export function isPassThrough({ clusters }: Served, name: string): boolean {
  const type = clusters.get(name)?.clusterDiscoveryType;
  return type?.case === 'type' && type.value === Discovery.ORIGINAL_DST;
}
