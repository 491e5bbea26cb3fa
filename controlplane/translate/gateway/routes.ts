import { HeaderValueOption_HeaderAppendAction as Append } from '#envoy/envoy/config/core/v3/base_pb.ts';
import type { VirtualGatewayView } from '../../mesh/proxy-view.ts';
import type { Resource } from '../../../xds/types.ts';
import { routeMatch } from '../envoy/routes/match.ts';
import { byRank } from '../envoy/order.ts';
import {
  routeConfiguration,
  timeouts,
  virtualHost,
  type RouteInit,
  type VirtualHostInit,
} from '../envoy/routes/routes.ts';
import * as names from '../names.ts';
import type { Report } from '../problems.ts';
import { redirectName } from './clusters.ts';
import { byPattern, hostDomains, hostName, namesPort, type HostPattern } from './hosts.ts';
import type { GatewayListener } from './plan.ts';
import { longestTimes } from './times.ts';
import type { Rewrite } from './rewrites.ts';
import type { GatewayRule } from './rules.ts';

type Host = VirtualHostInit & { name: string };

/** Returns the first pass: the gateway routes, which lead to the second pass under the name of a virtual service. */
export function ingressRoutes(
  view: VirtualGatewayView,
  listeners: readonly GatewayListener[],
  report: Report,
): readonly Resource[] {
  return listeners.map((listener) => {
    const { protocol, port } = listener.spec.portMapping;
    const cluster = redirectName(view, listeners, listener);
    const hosts = virtualHosts(view, listener, cluster, report);
    const ignorePortInHostMatching = listener.rules.every(({ host }) => !namesPort(host));
    return routeConfiguration(names.ingressRoutes(protocol, port), hosts.map(virtualHost), {
      ignorePortInHostMatching,
    });
  });
}

/** Returns one virtual host per pattern, always including the one for every host. The first virtual host gets a domain. */
function virtualHosts(
  view: VirtualGatewayView,
  { spec, rules }: GatewayListener,
  cluster: string,
  report: Report,
): readonly Host[] {
  const { port } = spec.portMapping;
  const any: HostPattern = { kind: 'any' };
  const patterns = new Map([any, ...rules.map(({ host }) => host)].map((host) => [hostName(host), host]));
  const taken = new Set<string>();
  return [...patterns.values()].toSorted(byPattern).flatMap((pattern): readonly Host[] => {
    const name = hostName(pattern);
    const domains = hostDomains(pattern, port).filter((domain) => !taken.has(domain.toLowerCase()));
    for (const domain of domains) taken.add(domain.toLowerCase());
    const own = rules.filter(({ host }) => hostName(host) === name);
    if (domains.length > 0) return [{ name, domains, routes: ranked(own, cluster) }];
    for (const rule of own) {
      const where = `virtualGateway/${view.name}/gatewayRoute/${rule.name}`;
      report(where, `the route has no effect: another one has host ${name} already`);
    }
    return [];
  });
}

function ranked(rules: readonly GatewayRule[], cluster: string): RouteInit[] {
  const rendered = rules.flatMap((rule) => rule.rewrites.map((rewrite) => ({ rule, rewrite })));
  return rendered
    .map(({ rule, rewrite }) => ({
      priority: rule.priority,
      path: rewrite.rank ?? rewrite.path.text,
      name: rule.name,
      route: firstPass(rule, rewrite, cluster),
    }))
    .toSorted(byRank)
    .map(({ route }) => route);
}

function firstPass(rule: GatewayRule, { path, to }: Rewrite, cluster: string): RouteInit {
  const { service, servicePort, rewritesHost } = rule;
  const headers = [
    ...(rewritesHost ? [] : [header(names.SERVICE_HEADER, service.name)]),
    ...(servicePort !== undefined && service.servicePorts.length > 1
      ? [header(names.PORT_HEADER, String(servicePort.port))]
      : []),
  ];
  return {
    name: rule.name,
    match: routeMatch({ ...rule.conditions, path }),
    action: {
      case: 'route',
      value: {
        clusterSpecifier: { case: 'cluster', value: cluster },
        ...(to === undefined ? {} : { prefixRewrite: to }),
        ...(rewritesHost
          ? {
              hostRewriteSpecifier: { case: 'hostRewriteLiteral', value: service.name },
              // Envoy (1.37 and later) sets x-envoy-original-host; applications read this header instead.
              appendXForwardedHost: true,
            }
          : {}),
        ...(servicePort === undefined ? {} : timeouts(longestTimes(servicePort))),
      },
    },
    requestHeadersToAdd: headers,
    // A caller's own header would mislead the second pass.
    requestHeadersToRemove: rewritesHost ? [names.SERVICE_HEADER] : [],
  };
}

function header(key: string, value: string): NonNullable<RouteInit['requestHeadersToAdd']>[number] {
  return { header: { key, value }, appendAction: Append.OVERWRITE_IF_EXISTS_OR_ADD };
}
