import type { MessageInitShape } from '@bufbuild/protobuf';
import type { RetryPolicySchema } from '#envoy/envoy/config/route/v3/route_components_pb.ts';
import { PreviousHostsPredicateSchema } from '#envoy/envoy/extensions/retry/host/previous_hosts/v3/previous_hosts_pb.ts';
import type { GrpcRetryPolicy } from '../../../model/types.ts';
import { HOST_SELECTION_ATTEMPTS, REFUSED_STREAM_RETRIES, RETRIES, UINT32_MAX } from '../../defaults.ts';
import { HTTP_RETRY_EVENTS, isHttpRetryEvent, type HttpRetryEvent } from '../../../mesh/retry-events.ts';
import type { Report } from '../../problems.ts';
import { duration, milliseconds } from '../duration.ts';
import { extension } from '../typed.ts';

/** Envoy's form of a retry policy. */
export type RetryPolicyInit = Exclude<MessageInitShape<typeof RetryPolicySchema>, { $typeName: string }>;

/** Envoy's conditions for App Mesh's HTTP retry events; `stream-error` is a stream that the server refused. */
const HTTP_EVENTS: Readonly<
  Record<HttpRetryEvent, { readonly on: string; readonly codes: readonly number[] }>
> = {
  'server-error': {
    on: 'retriable-status-codes',
    codes: [500, 501, 502, 503, 504, 505, 506, 507, 508, 510, 511],
  },
  'gateway-error': { on: 'retriable-status-codes', codes: [502, 503, 504] },
  'client-error': { on: 'retriable-status-codes', codes: [409] },
  'stream-error': { on: 'refused-stream', codes: [] },
};

/** Returns App Mesh's policy for a route without one: no limit per attempt, Envoy's own back-off. */
export function defaultRetryPolicy(): RetryPolicyInit {
  const on = ['reset', 'unavailable', 'connect-failure', 'refused-stream', 'retriable-status-codes'];
  return { ...common(on), numRetries: RETRIES, retriableStatusCodes: [503] };
}

/**
 * Returns the policy towards the application: it retries only refused streams, which the application has not processed (RFC
 * 9113, 8.7). The application refuses streams above its limit, which a new connection does not know yet.
 */
export function applicationRetryPolicy(): RetryPolicyInit {
  return { retryOn: 'refused-stream', numRetries: REFUSED_STREAM_RETRIES };
}

/** Converts a route's own policy, HTTP or gRPC; a connection reset is always retried. */
export function retryPolicy(policy: GrpcRetryPolicy, where: string, report: Report): RetryPolicyInit {
  const http = (policy.httpRetryEvents ?? []).flatMap((event) => {
    if (isHttpRetryEvent(event)) return HTTP_EVENTS[event];
    const known = HTTP_RETRY_EVENTS.join(', ');
    report(where, `the retry event ${JSON.stringify(event)} is unknown: ${known} are known`);
    return [];
  });
  const tcp = (policy.tcpRetryEvents ?? []).map(() => 'connect-failure');
  const on = ['reset', ...(policy.grpcRetryEvents ?? []), ...tcp, ...http.map((meaning) => meaning.on)];
  const perTry = milliseconds(policy.perRetryTimeout);
  return {
    ...common([...new Set(on)]),
    numRetries: Math.min(policy.maxRetries, UINT32_MAX),
    ...(perTry === undefined ? {} : { perTryTimeout: duration(perTry) }),
    retriableStatusCodes: [...new Set(http.flatMap((meaning) => meaning.codes))],
  };
}

function common(on: readonly string[]): RetryPolicyInit {
  return {
    retryOn: on.join(','),
    retryHostPredicate: [
      extension('envoy.retry_host_predicates.previous_hosts', PreviousHostsPredicateSchema, {}),
    ],
    hostSelectionRetryMaxAttempts: HOST_SELECTION_ATTEMPTS,
  };
}
