import type { MessageInitShape } from '@bufbuild/protobuf';
import type { OutlierDetectionSchema } from '#envoy/envoy/config/cluster/v3/outlier_detection_pb.ts';
import type { HealthCheckSchema } from '#envoy/envoy/config/core/v3/health_check_pb.ts';
import { CodecClientType } from '#envoy/envoy/type/v3/http_pb.ts';
import type { HealthCheckPolicy, OutlierDetection, PortProtocol } from '../../../model/types.ts';
import { UINT32_MAX } from '../../defaults.ts';
import type { Report } from '../../problems.ts';
import { duration, milliseconds } from '../duration.ts';
import { isStrictHeaderValue } from '../text.ts';

type HealthCheckInit = Exclude<MessageInitShape<typeof HealthCheckSchema>, { $typeName: string }>;
type OutlierDetectionInit = MessageInitShape<typeof OutlierDetectionSchema>;

/**
 * Returns the health check that callers make of a virtual node; `authority` is the Host of an HTTP check, `protocol` the
 * listener's. Empty if Envoy could not make the check.
 */
export function healthChecks(
  policy: HealthCheckPolicy | undefined,
  { authority, protocol }: { readonly authority: string; readonly protocol: PortProtocol },
  where: string,
  report: Report,
): readonly HealthCheckInit[] {
  if (policy === undefined) return [];
  // A request path begins with a slash; Envoy sends the path unchanged.
  const { path: given = '' } = policy;
  const path = given.startsWith('/') ? given : `/${given}`;
  const problem = checkProblem(policy, { path, authority, listener: protocol });
  if (problem !== undefined) {
    report(`${where}/healthCheck`, `no health check is made: ${problem}`);
    return [];
  }
  return [
    {
      timeout: duration(policy.timeoutMillis),
      interval: duration(policy.intervalMillis),
      // Envoy's default is 60 s until the first request: the first requests would use a result that is one minute old.
      noTrafficInterval: duration(policy.intervalMillis),
      healthyThreshold: policy.healthyThreshold,
      unhealthyThreshold: policy.unhealthyThreshold,
      ...(policy.port === undefined ? {} : { altPort: policy.port }),
      healthChecker: checker(policy.protocol, authority, path),
    },
  ];
}

/** Returns how callers eject failing hosts of a virtual node. Undefined if Envoy would reject the configuration. */
export function outlierDetection(
  policy: OutlierDetection | undefined,
  where: string,
  report: Report,
): OutlierDetectionInit | undefined {
  if (policy === undefined) return undefined;
  const interval = milliseconds(policy.interval) ?? 0;
  const ejection = milliseconds(policy.baseEjectionDuration) ?? 0;
  if (interval <= 0 || ejection <= 0) {
    const what = 'no host is ever ejected: interval and baseEjectionDuration must be longer than 0';
    report(`${where}/outlierDetection`, what);
    return undefined;
  }
  return {
    consecutive5xx: Math.min(policy.maxServerErrors, UINT32_MAX),
    interval: duration(interval),
    baseEjectionTime: duration(ejection),
    maxEjectionPercent: policy.maxEjectionPercent,
  };
}

function checkProblem(
  policy: HealthCheckPolicy,
  { path, authority, listener }: { path: string; authority: string; listener: PortProtocol },
): string | undefined {
  if (policy.intervalMillis <= 0 || policy.timeoutMillis <= 0) {
    return 'intervalMillis and timeoutMillis must be more than 0';
  }
  if (policy.protocol === 'http' || policy.protocol === 'http2') {
    const wrong = [path, authority].find((text) => !isStrictHeaderValue(text));
    if (wrong !== undefined)
      return `it would ask for ${JSON.stringify(wrong)}, which holds a control character`;
  }
  const http2 = listener === 'http2' || listener === 'grpc';
  if (policy.protocol !== 'grpc' || http2) return undefined;
  return `its protocol is grpc, which needs a listener with http2 or grpc, and this one has ${listener}`;
}

function checker(
  protocol: PortProtocol,
  host: string,
  path: string,
): NonNullable<HealthCheckInit['healthChecker']> {
  if (protocol === 'tcp') return { case: 'tcpHealthCheck', value: {} };
  if (protocol === 'grpc') return { case: 'grpcHealthCheck', value: {} };
  const codecClientType = protocol === 'http2' ? CodecClientType.HTTP2 : CodecClientType.HTTP1;
  return { case: 'httpHealthCheck', value: { host, path, codecClientType } };
}
