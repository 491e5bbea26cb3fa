import { create, type MessageInitShape } from '@bufbuild/protobuf';
import type { CircuitBreakers_ThresholdsSchema } from '#envoy/envoy/config/cluster/v3/circuit_breaker_pb.ts';
import {
  ClusterSchema,
  Cluster_DiscoveryType as Discovery,
  Cluster_LbPolicy as LbPolicy,
} from '#envoy/envoy/config/cluster/v3/cluster_pb.ts';
import type { ClusterLoadAssignmentSchema } from '#envoy/envoy/config/endpoint/v3/endpoint_pb.ts';
import { HttpProtocolOptionsSchema } from '#envoy/envoy/extensions/upstreams/http/v3/http_protocol_options_pb.ts';
import type { PortProtocol } from '../../../model/types.ts';
import type { Resource } from '../../../../xds/types.ts';
import {
  INGRESS_CONNECT_TIMEOUT,
  PASS_THROUGH_CONNECT_TIMEOUT,
  UINT32_MAX,
  UNLIMITED,
} from '../../defaults.ts';
import { encode } from '../../encode.ts';
import type { Options } from '../../options.ts';
import { socketAddress } from '../address.ts';
import { duration } from '../duration.ts';
import { clientLimits, HTTP1, http2Client } from './http-protocol.ts';
import { typed } from '../typed.ts';
import { marked } from './mutual-mark.ts';

/** Envoy's form of a cluster, before defaults. */
export type ClusterInit = Exclude<MessageInitShape<typeof ClusterSchema>, { $typeName: string }>;

/** The connection pool limits of a listener, of any protocol; a missing member has no limit. */
export type Pool = {
  readonly maxConnections?: number;
  readonly maxPendingRequests?: number;
  readonly maxRequests?: number;
};

/** Returns a cluster as a resource. */
export function cluster(init: ClusterInit & { name: string }): Resource {
  return encode(ClusterSchema, init.name, create(ClusterSchema, init));
}

/** Returns the cluster of one address on this machine. `streams`: as in `protocolOptions`. */
export function localCluster(
  name: string,
  {
    address,
    port,
    protocol,
    pool,
    streams,
  }: { address: string; port: number; protocol: PortProtocol; pool: Pool; streams?: number },
  options: Options,
): Resource {
  return cluster({
    name,
    clusterDiscoveryType: { case: 'type', value: Discovery.STATIC },
    connectTimeout: duration(INGRESS_CONNECT_TIMEOUT),
    loadAssignment: oneEndpoint(name, address, port),
    circuitBreakers: circuitBreakers(pool),
    typedExtensionProtocolOptions: protocolOptions(protocol, options, streams),
  });
}

/** Returns the cluster of a connection's original destination, in the protocol that the caller speaks. */
export function passThroughCluster(name: string, options: Options): Resource {
  return cluster({
    name,
    clusterDiscoveryType: { case: 'type', value: Discovery.ORIGINAL_DST },
    lbPolicy: LbPolicy.CLUSTER_PROVIDED,
    connectTimeout: duration(PASS_THROUGH_CONNECT_TIMEOUT),
    circuitBreakers: circuitBreakers({}),
    typedExtensionProtocolOptions: {
      [HttpProtocolOptionsSchema.typeName]: typed(HttpProtocolOptionsSchema, {
        commonHttpProtocolOptions: clientLimits(options),
        upstreamProtocolOptions: {
          case: 'useDownstreamProtocolConfig',
          value: { httpProtocolOptions: HTTP1, http2ProtocolOptions: http2Client(options) },
        },
      }),
    },
  });
}

/** Returns one endpoint at `address`, with or without resolution. `isMutual`: it accepts mutual TLS. */
export function oneEndpoint(
  clusterName: string,
  address: string,
  port: number,
  isMutual = false,
): MessageInitShape<typeof ClusterLoadAssignmentSchema> {
  const endpoint = { address: socketAddress(address, port) };
  return {
    clusterName,
    endpoints: [
      { lbEndpoints: [{ hostIdentifier: { case: 'endpoint', value: endpoint }, ...marked(isMutual) }] },
    ],
  };
}

/** Returns the limits of a cluster: App Mesh replaces all of Envoy's defaults of 1,024. */
export function circuitBreakers(pool: Pool): NonNullable<ClusterInit['circuitBreakers']> {
  const thresholds: MessageInitShape<typeof CircuitBreakers_ThresholdsSchema> = {
    maxConnections: limit(pool.maxConnections),
    maxPendingRequests: limit(pool.maxPendingRequests),
    maxRequests: limit(pool.maxRequests),
    maxRetries: UNLIMITED,
  };
  return { thresholds: [thresholds] };
}

/**
 * Returns the protocol options: HTTP/1.1 for `http`, HTTP/2 for `http2` and `grpc`, none for TCP. `streams`: the most concurrent
 * streams per HTTP/2 connection, even if the other side allows more; default: Envoy's.
 */
export function protocolOptions(
  protocol: PortProtocol,
  options: Options,
  streams?: number,
): NonNullable<ClusterInit['typedExtensionProtocolOptions']> {
  if (protocol === 'tcp') return {};
  const limited = streams === undefined ? {} : { maxConcurrentStreams: streams };
  return {
    [HttpProtocolOptionsSchema.typeName]: typed(HttpProtocolOptionsSchema, {
      commonHttpProtocolOptions: clientLimits(options),
      upstreamProtocolOptions: {
        case: 'explicitHttpConfig',
        value: {
          protocolConfig:
            protocol === 'http'
              ? { case: 'httpProtocolOptions', value: HTTP1 }
              : { case: 'http2ProtocolOptions', value: { ...http2Client(options), ...limited } },
        },
      },
    }),
  };
}

function limit(value: number | undefined): number {
  return value === undefined ? UNLIMITED : Math.min(value, UINT32_MAX);
}
