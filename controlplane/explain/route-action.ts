import type { Duration } from '@bufbuild/protobuf/wkt';
import type { Cluster } from '#envoy/envoy/config/cluster/v3/cluster_pb.ts';
import type { Route, RouteAction } from '#envoy/envoy/config/route/v3/route_components_pb.ts';
import { readTags } from '../translate/envoy/metadata.ts';
import { EGRESS_PORT } from '../translate/names.ts';
import type { Outcome, Sent } from './explanation.ts';
import type { Served } from './served.ts';
import { isPassThrough, targetsOf } from './targets.ts';

/** Where a route sends a request: to an outcome or, from a gateway's first pass, through the same proxy again. */
export type SentBy =
  | { readonly kind: 'outcome'; readonly outcome: Outcome }
  | { readonly kind: 'again'; readonly action: RouteAction; readonly cluster: Cluster | undefined };

/** Applies the action of a matching route to a request. */
export function sentBy(served: Served, route: Route): SentBy {
  if (route.action.case === 'directResponse') {
    const { status } = route.action.value;
    return outcome({ kind: 'answered', status, why: `the weights of ${route.name} add up to nothing` });
  }
  if (route.action.case !== 'route') throw new Error(`a route that does ${route.action.case ?? 'nothing'}`);
  const action = route.action.value;
  const { clusterSpecifier: to } = action;
  if (to.case === 'cluster' && leadsBack(served, to.value)) {
    return { kind: 'again', action, cluster: served.clusters.get(to.value) };
  }
  if (to.case === 'cluster' && isPassThrough(served, to.value)) {
    const why = 'the host name is not a backend: the request goes where the application sent it';
    return outcome({ kind: 'passed', cluster: to.value, why });
  }
  const weighted = to.case === 'weightedClusters' ? to.value.clusters : [];
  const clusters = to.case === 'cluster' ? [{ name: to.value, weight: 1 }] : weighted;
  const virtualService = readTags(route.metadata)['TargetVirtualService'];
  return outcome({
    kind: 'sent',
    ...(virtualService === undefined ? {} : { virtualService }),
    targets: targetsOf(served, clusters),
    ...limits(action),
  });
}

function outcome(end: Outcome): SentBy {
  return { kind: 'outcome', outcome: end };
}

/** Only one cluster leads to the proxy's own listener: a gateway's cluster to its second pass. */
function leadsBack({ clusters }: Served, name: string): boolean {
  const endpoints = clusters.get(name)?.loadAssignment?.endpoints ?? [];
  return endpoints.some(({ lbEndpoints }) =>
    lbEndpoints.some(({ hostIdentifier }) => {
      const address = hostIdentifier.case === 'endpoint' ? hostIdentifier.value.address?.address : undefined;
      const port = address?.case === 'socketAddress' ? address.value.portSpecifier : undefined;
      return port?.case === 'portValue' && port.value === EGRESS_PORT;
    }),
  );
}

function limits({ timeout, idleTimeout, retryPolicy }: RouteAction): Partial<Sent> {
  const perTry = seconds(retryPolicy?.perTryTimeout);
  return {
    ...named('timeout', seconds(timeout)),
    ...named('idleTimeout', seconds(idleTimeout)),
    ...(retryPolicy === undefined
      ? {}
      : {
          retry: {
            on: retryPolicy.retryOn,
            retries: retryPolicy.numRetries ?? 1,
            ...named('perTryTimeout', perTry),
          },
        }),
  };
}

function named<N extends string>(name: N, value: number | undefined): { [K in N]?: number } {
  return value === undefined ? {} : ({ [name]: value } as { [K in N]?: number });
}

/** Converts a duration to seconds; 0 means no limit. */
function seconds(time: Duration | undefined): number | undefined {
  if (time === undefined) return undefined;
  const value = Number(time.seconds) + time.nanos / 1e9;
  return value === 0 ? undefined : value;
}
