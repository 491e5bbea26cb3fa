import { compareText } from '../../../../common/compare-text.ts';
import { create, toBinary, type MessageInitShape } from '@bufbuild/protobuf';
import { RouteConfigurationSchema } from '#envoy/envoy/config/route/v3/route_pb.ts';
import {
  VirtualHostSchema,
  type RouteActionSchema,
  type RouteSchema,
} from '#envoy/envoy/config/route/v3/route_components_pb.ts';
import type { Resource } from '../../../../xds/types.ts';
import { bytesField, stringField } from '../../../../xds/wire/wire-fields.ts';
import { encodeFields } from '../../encode.ts';
import { domains } from '../../names.ts';
import type { HttpServicePort, Rule } from '../../services/service-port.ts';
import { duration } from '../duration.ts';
import { routeMatch } from './match.ts';
import { aggregateStats } from '../metadata.ts';
import type { RetryPolicyInit } from './retry.ts';
import { upstreamName, type UpstreamMesh } from '../clusters/upstream.ts';

/** Envoy's form of a route. */
export type RouteInit = Exclude<MessageInitShape<typeof RouteSchema>, { $typeName: string }>;

/** Envoy's form of a virtual host. */
export type VirtualHostInit = Exclude<MessageInitShape<typeof VirtualHostSchema>, { $typeName: string }>;

type RouteActionInit = Exclude<MessageInitShape<typeof RouteActionSchema>, { $typeName: string }>;

type ClusterSpecifier = NonNullable<RouteActionInit['clusterSpecifier']>;

/**
 * Returns a route configuration; its virtual hosts are sorted by name, as App Mesh sent them. `more`: its other members.
 */
export function routeConfiguration(
  name: string,
  hosts: readonly EncodedHost[],
  more: MessageInitShape<typeof RouteConfigurationSchema> = {},
): Resource {
  const sorted = hosts.toSorted((a, b) => compareText(a.name, b.name));
  // The message is the concatenation of its fields: a virtual host is encoded once for all configurations that have it.
  return encodeFields(RouteConfigurationSchema, name, [
    stringField(FIELDS.name.number, name),
    ...sorted.map(({ field }) => field),
    toBinary(RouteConfigurationSchema, create(RouteConfigurationSchema, more)),
  ]);
}

const FIELDS = RouteConfigurationSchema.field;

/** A virtual host as a field of a route configuration. */
export type EncodedHost = { readonly name: string; readonly field: Uint8Array };

/** Encodes a virtual host. */
export function virtualHost(init: VirtualHostInit & { name: string }): EncodedHost {
  const bytes = toBinary(VirtualHostSchema, create(VirtualHostSchema, init));
  // A copy, because a slice would keep 64 kB of Node's shared buffer pool alive.
  return { name: init.name, field: new Uint8Array(bytesField(FIELDS.virtualHosts.number, bytes)) };
}

/**
 * The requests of a virtual host. `named`: those whose Host header names the service. `whole`: all of a listener, whose Host header
 * becomes the service's name.
 */
export type HostForm = 'named' | 'whole';

/** Returns the virtual host of a service port. `readable`: as for `aggregateStats`. */
export function servicePortHost(
  mesh: UpstreamMesh,
  servicePort: HttpServicePort,
  readable: boolean,
  form: HostForm,
): EncodedHost {
  const { service, port } = servicePort;
  const routes = servicePortRoutes(mesh, servicePort, readable);
  return form === 'named'
    ? virtualHost({ name: service, domains: [...domains(service, port)], routes: [...routes] })
    : virtualHost({
        name: service,
        domains: ['*'],
        routes: routes.map((route) => withHost(route, service, port)),
      });
}

/** Sends the Host header that the application would have sent to the service itself: without the port if it is that of `http:`. */
function withHost(route: RouteInit, service: string, port: number): RouteInit {
  if (route.action?.case !== 'route') return route;
  const value = port === 80 ? service : `${service}:${port}`;
  const hostRewriteSpecifier = { case: 'hostRewriteLiteral', value } as const;
  return { ...route, action: { case: 'route', value: { ...route.action.value, hostRewriteSpecifier } } };
}

/** Returns the routes of a service port, in its order. `readable`: as for `aggregateStats`. */
export function servicePortRoutes(
  mesh: UpstreamMesh,
  servicePort: HttpServicePort,
  readable: boolean,
): readonly RouteInit[] {
  return servicePort.rules.map((rule) => ({
    name: rule.name,
    match: routeMatch(rule.conditions),
    action: ruleAction(mesh, rule),
    metadata: aggregateStats({ TargetVirtualService: servicePort.service }, readable),
  }));
}

/** Returns a catch-all route to one cluster. Times are in milliseconds, 0 for no limit; without a policy it has no retries. */
export function wholeRoute(
  clusterName: string,
  times: { readonly timeout: number; readonly idle: number | undefined },
  retryPolicy?: RetryPolicyInit,
): RouteInit {
  return {
    match: { pathSpecifier: { case: 'prefix', value: '/' } },
    action: {
      case: 'route',
      value: {
        clusterSpecifier: { case: 'cluster', value: clusterName },
        ...timeouts(times),
        ...(retryPolicy === undefined ? {} : { retryPolicy }),
      },
    },
  };
}

/** Returns the time limits of a route, in milliseconds, 0 for none. */
export function timeouts(times: {
  readonly timeout: number;
  readonly idle: number | undefined;
}): RouteActionInit {
  return {
    timeout: duration(times.timeout),
    ...(times.idle === undefined ? {} : { idleTimeout: duration(times.idle) }),
  };
}

/** Envoy rejects a total weight of 0: in that case the route answers 503. */
function ruleAction(mesh: UpstreamMesh, rule: Rule): NonNullable<RouteInit['action']> {
  if (rule.targets.every(({ weight }) => weight === 0))
    return { case: 'directResponse', value: { status: 503 } };
  return {
    case: 'route',
    value: {
      clusterSpecifier: specifierOf(mesh, rule.targets),
      ...timeouts(rule),
      retryPolicy: rule.retry,
    },
  };
}

/** A choice by weight costs one per cent of Envoy's instructions for a request (bench/README.md), so a single target goes without one. */
function specifierOf(mesh: UpstreamMesh, targets: Rule['targets']): ClusterSpecifier {
  const clusters = targets.map((target) => ({ name: upstreamName(mesh, target), weight: target.weight }));
  const [only, ...others] = clusters;
  return only !== undefined && others.length === 0
    ? { case: 'cluster', value: only.name }
    : { case: 'weightedClusters', value: { clusters } };
}
