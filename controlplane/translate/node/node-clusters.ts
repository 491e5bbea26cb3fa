import type { Resource } from '../../../xds/types.ts';
import { mutualClusters } from '../envoy/clusters/mutual.ts';
import { upstreamCluster, upstreamName } from '../envoy/clusters/upstream.ts';
import type { ExternalInputs } from '../external-inputs.ts';
import { createMemo } from '../memo.ts';
import type { Options } from '../options.ts';
import { unreported } from '../problems.ts';
import type { StaticPart } from './static-part.ts';

/**
 * Returns all clusters of a virtual node: those of the static part, but for host names whose addresses all take mutual TLS. The list
 * stays identical while neither changes.
 */
export function nodeClusters(
  staticPart: StaticPart,
  options: Options,
  inputs: ExternalInputs,
): readonly Resource[] {
  const { mesh, clusters, maybeMutual } = staticPart;
  const mutual = mutualClusters(mesh, maybeMutual, inputs);
  if (mutual.size === 0) return clusters;
  return lists(staticPart, JSON.stringify([...mutual]), unreported, () => {
    const replaced = new Map(
      maybeMutual
        .filter(({ target }) => mutual.has(upstreamName(mesh, target)))
        .map(({ target, tls }) => [
          upstreamName(mesh, target),
          upstreamCluster(mesh, target, tls, options, unreported, true),
        ]),
    );
    return clusters.map((cluster) => replaced.get(cluster.name) ?? cluster);
  });
}

const lists = createMemo<readonly Resource[]>();
