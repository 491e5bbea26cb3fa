import { fromBinary, type DescMessage, type MessageShape } from '@bufbuild/protobuf';
import { AnySchema, anyUnpack } from '@bufbuild/protobuf/wkt';
import { ClusterSchema, type Cluster } from '#envoy/envoy/config/cluster/v3/cluster_pb.ts';
import { TypedExtensionConfigSchema } from '#envoy/envoy/config/core/v3/extension_pb.ts';
import type { Filter } from '#envoy/envoy/config/listener/v3/listener_components_pb.ts';
import {
  ClusterLoadAssignmentSchema,
  type ClusterLoadAssignment,
} from '#envoy/envoy/config/endpoint/v3/endpoint_pb.ts';
import { ListenerSchema, type Listener } from '#envoy/envoy/config/listener/v3/listener_pb.ts';
import { RouteConfigurationSchema, type RouteConfiguration } from '#envoy/envoy/config/route/v3/route_pb.ts';
import {
  CLUSTER,
  ENDPOINTS,
  EXTENSION_CONFIG,
  LISTENER,
  ROUTES,
  type Snapshot,
  type TypeUrl,
} from '../../xds/types.ts';

/** A proxy's resources as messages, by name. Discovered filters are inlined into the listeners. */
export type Served = {
  readonly listeners: ReadonlyMap<string, Listener>;
  readonly routes: ReadonlyMap<string, RouteConfiguration>;
  readonly clusters: ReadonlyMap<string, Cluster>;
  /** The hosts of the clusters that get them from the control plane. */
  readonly endpoints: ReadonlyMap<string, ClusterLoadAssignment>;
};

/** Decodes a snapshot. */
export function readServed(snapshot: Snapshot): Served {
  return {
    listeners: wholeListeners(snapshot),
    routes: messages(snapshot, ROUTES, RouteConfigurationSchema),
    clusters: messages(snapshot, CLUSTER, ClusterSchema),
    endpoints: messages(snapshot, ENDPOINTS, ClusterLoadAssignmentSchema),
  };
}

function wholeListeners(snapshot: Snapshot): ReadonlyMap<string, Listener> {
  const listeners = messages(snapshot, LISTENER, ListenerSchema);
  const extensions = messages(snapshot, EXTENSION_CONFIG, TypedExtensionConfigSchema);
  for (const { filterChains } of listeners.values())
    for (const filter of filterChains.flatMap(({ filters }) => filters)) fill(filter);
  return listeners;

  function fill(filter: Filter): void {
    if (filter.configType.case !== 'configDiscovery') return;
    const value = extensions.get(filter.name)?.typedConfig;
    if (value !== undefined) filter.configType = { case: 'typedConfig', value };
  }
}

function messages<D extends DescMessage>(
  snapshot: Snapshot,
  type: TypeUrl,
  schema: D,
): ReadonlyMap<string, MessageShape<D>> {
  const resources = [...(snapshot.get(type)?.resources.values() ?? [])];
  return new Map(
    resources.map(({ name, any }) => {
      const message = anyUnpack(fromBinary(AnySchema, any), schema);
      if (message === undefined) throw new Error(`resource ${name} is no ${schema.typeName}`);
      return [name, message];
    }),
  );
}
