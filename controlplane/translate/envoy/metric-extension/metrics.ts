import { AccessLogType } from '#envoy/envoy/data/accesslog/v3/accesslog_pb.ts';
import type { HttpProtocol } from '../../names.ts';
import type { AccessLogInit } from '../connection-manager.ts';
import { AGGREGATE_STATS } from '../metadata.ts';
import type { MetricSource } from './metric-source.ts';
import {
  counterLog,
  durationLog,
  expression,
  literal,
  ofType,
  status,
  type Counted,
  type Dimensions,
} from './stats-logger.ts';

// The metrics of App Mesh's metrics extension, but for ActiveConnectionCount (active-connections.ts): names, dimensions and units of
// https://github.com/aws/aws-app-mesh-examples/tree/main/walkthroughs/howto-metrics-extension-ecs. Their loggers are fixed parts of
// a listener; targets come from the metadata of routes and clusters, so that no change of routes changes a listener. The mesh and the
// resource are literal: `%METADATA(LISTENER:…)%` in an upstream log ends Envoy 1.40.

/** Only entries with a target in the mesh: not the ones that Envoy answered itself, nor those to hosts outside. */
const HAS_TARGET = expression(`'${AGGREGATE_STATS}' in xds.cluster_metadata.filter_metadata`);

/** Returns the log of a listener for inbound traffic; an entry is a connection that ended. */
export function inboundConnectionLog(source: MetricSource | undefined): readonly AccessLogInit[] {
  if (source === undefined) return [];
  return [counterLog([{ name: 'NewConnectionCount', add: 1 }], own(source), [])];
}

/** Returns the log of inbound requests. */
export function inboundRequestLog(
  source: MetricSource | undefined,
  protocol: HttpProtocol,
): readonly AccessLogInit[] {
  if (source === undefined) return [];
  const requests: Counted = { name: protocol === 'grpc' ? 'GrpcRequestCount' : 'RequestCount', add: 1 };
  return [counterLog([requests, ...bytes('ProcessedBytes', 'DOWNSTREAM')], own(source), [])];
}

/** Returns the log of inbound connections of a tcp listener; an entry is a connection that ended. */
export function inboundTcpLog(source: MetricSource | undefined): readonly AccessLogInit[] {
  return source === undefined ? [] : [counterLog(bytes('ProcessedBytes', 'DOWNSTREAM'), own(source), [])];
}

/**
 * Returns the log of outbound requests. It counts bytes, because an upstream log would count the bytes of a request's earlier
 * attempts again.
 */
export function outboundRequestLog(source: MetricSource | undefined): readonly AccessLogInit[] {
  if (source === undefined) return [];
  return [counterLog(bytes('TargetProcessedBytes', 'UPSTREAM'), routed(source), [HAS_TARGET])];
}

/** Returns the log of outbound connections to a virtual service; an entry is a connection that ended. */
export function outboundTcpLog(source: MetricSource | undefined, service: string): readonly AccessLogInit[] {
  if (source === undefined) return [];
  const dimensions = { ...own(source), TargetVirtualService: literal(service), TargetVirtualNode: NODE };
  return [counterLog(bytes('TargetProcessedBytes', 'UPSTREAM'), dimensions, [])];
}

/** Returns the upstream log of outbound requests: each attempt counts, as it is a request to the target. */
export function upstreamLog(source: MetricSource | undefined): readonly AccessLogInit[] {
  if (source === undefined) return [];
  const dimensions = routed(source);
  const sent = ofType(AccessLogType.UpstreamPoolReady);
  const ended = ofType(AccessLogType.UpstreamEnd);
  return [
    counterLog([{ name: 'RequestCountPerTarget', add: 1 }], dimensions, [sent, HAS_TARGET]),
    ...[2, 3, 4, 5].map((digit) =>
      counterLog([{ name: `HTTPCode_Target_${digit}XX_Count`, add: 1 }], dimensions, [
        ended,
        status('GE', digit * 100),
        status('LE', digit * 100 + 99),
        HAS_TARGET,
      ]),
    ),
    durationLog('TargetResponseTime', dimensions, [ended, status('GE', 200), HAS_TARGET]),
  ];
}

function own({ mesh, resource, name }: MetricSource): Dimensions {
  return { Mesh: literal(mesh), [resource]: literal(name) };
}

function routed(source: MetricSource): Dimensions {
  return { ...own(source), TargetVirtualService: SERVICE, TargetVirtualNode: NODE };
}

const SERVICE = `%METADATA(ROUTE:${AGGREGATE_STATS}:TargetVirtualService)%`;
const NODE = `%METADATA(CLUSTER:${AGGREGATE_STATS}:TargetVirtualNode)%`;

function bytes(name: string, side: 'DOWNSTREAM' | 'UPSTREAM'): readonly Counted[] {
  return ['RECEIVED', 'SENT'].map((way) => ({ name, add: { of: `%${side}_WIRE_BYTES_${way}%` } }));
}
