import type { Listener } from '../../model/types.ts';
import type { Resource } from '../../../xds/types.ts';
import type { Addresses } from '../envoy/address.ts';
import { localCluster, passThroughCluster, type Pool } from '../envoy/clusters/clusters.ts';
import { upstreamCluster, type UpstreamMesh } from '../envoy/clusters/upstream.ts';
import { createMemo } from '../memo.ts';
import { APPLICATION_STREAMS } from '../defaults.ts';
import * as names from '../names.ts';
import { optionsKey, type Options } from '../options.ts';
import type { Report } from '../problems.ts';
import type { UpstreamCall } from './calls.ts';
import { allowsAll } from './listeners.ts';
import type { OwnView } from './own-view.ts';

/** Returns one cluster of the local application per listener of the virtual node. */
export function ingressClusters(
  view: OwnView,
  listeners: readonly Listener[],
  { application }: Addresses,
  options: Options,
  report: Report,
): readonly Resource[] {
  return listeners.map(({ portMapping: { port, protocol }, connectionPool }) => {
    const pool: Pool | undefined = connectionPool?.[protocol];
    if (connectionPool !== undefined && pool === undefined) {
      const where = `virtualNode/${view.name}/listener/${port}/connectionPool`;
      report(where, `it sets no limit, because it is not for ${protocol}`);
    }
    const name = names.ingressCluster(view.mesh.name, view.name, protocol, port);
    const streams = APPLICATION_STREAMS;
    return localCluster(name, { address: application, port, protocol, pool: pool ?? {}, streams }, options);
  });
}

/** Returns all clusters of a virtual node's outbound traffic. */
export function egressClusters(
  view: OwnView,
  mesh: UpstreamMesh,
  calls: readonly UpstreamCall[],
  options: Options,
  report: Report,
): readonly Resource[] {
  return [
    ...calls.map(({ target, tls }) => upstreamCluster(mesh, target, tls, options, report)),
    // Without redirect rules, calls to other destinations do not pass Envoy.
    ...(options.loopbackEgress ? [] : [passThrough(names.amazonCluster(mesh.name))]),
    ...(allowsAll(view) && !options.loopbackEgress ? [passThrough(names.allowAllCluster(mesh.name))] : []),
  ];

  function passThrough(name: string): Resource {
    const key = JSON.stringify([name, optionsKey(options)]);
    return passThroughs(view.mesh.spec, key, report, () => passThroughCluster(name, options));
  }
}

/** Cached per mesh specification: all proxies of a mesh share them. */
const passThroughs = createMemo<Resource>();
