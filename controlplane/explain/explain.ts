import type { Listener } from '#envoy/envoy/config/listener/v3/listener_pb.ts';
import { proxyPath, type Identity } from '../ads/identity.ts';
import * as names from '../translate/names.ts';
import type { AskedRequest } from './asked-request.ts';
import { considerRoutes } from './considered-routes.ts';
import { chainFor, portsOf } from './filter-chain.ts';
import type { Explanation, Outcome, Pass } from './explanation.ts';
import { connectionOutcome, requestRoutes } from './filter.ts';
import { sentBy } from './route-action.ts';
import type { Served } from './served.ts';
import type { Hosts } from './virtual-host.ts';

/**
 * Follows a request through what a proxy is served, by Envoy's own rules: the application's from a virtual node, a
 * caller's into a virtual gateway, which then passes a second time. Pure.
 */
export function explain(served: Served, identity: Identity, request: AskedRequest): Explanation {
  const passes: Pass[] = [];
  const proxy = proxyPath(identity);
  if (identity.kind === 'virtualNode') {
    const outcome = through(names.egressListener(), request, false);
    return { proxy, passes, outcome };
  }
  const first = through(names.ingressListener(request.port), request, false);
  return { proxy, passes, outcome: first };

  function through(listenerName: string, asked: AskedRequest, local: boolean): Outcome {
    const listener = served.listeners.get(listenerName);
    if (listener === undefined) return { kind: 'closed', why: noListener(served, asked) };
    const { port, serverName } = asked;
    const tls = asked.scheme === 'https' && !local;
    const chain = chainFor(listener, { port, serverName, tls, local });
    if (chain === undefined) return { kind: 'closed', why: noChain(listener, asked) };
    const routesName = requestRoutes(chain);
    const takesTls = chain.transportSocket !== undefined;
    if (routesName === undefined || tls !== takesTls) {
      passes.push({ listener: listenerName, chain: chain.name, routes: [] });
      return routesName === undefined
        ? connectionOutcome(served, chain, asked)
        : { kind: 'closed', why: takesTls ? TLS_ALONE : NO_TLS };
    }
    return routed({ listener: listenerName, chain: chain.name, routeConfiguration: routesName }, asked);
  }

  function routed(way: Omit<Pass, 'routes'> & { routeConfiguration: string }, asked: AskedRequest): Outcome {
    const hosts = served.routes.get(way.routeConfiguration) ?? NO_HOSTS;
    const { virtualHost, routes, taken } = considerRoutes(hosts, asked);
    passes.push({ ...way, ...(virtualHost === undefined ? {} : { virtualHost }), routes });
    if (virtualHost === undefined) {
      const known = hosts.virtualHosts.map((host) => host.name).join(', ');
      const why = `no virtual service has the host name ${asked.authority}; on this port there is ${known || 'none'}`;
      return { kind: 'answered', status: 404, why };
    }
    if (taken === undefined) {
      const host = virtualHost.name;
      const why = routes.length === 0 ? `${host} has no routes` : `no route of ${host} takes it`;
      return { kind: 'answered', status: 404, why };
    }
    const by = sentBy(served, taken, asked);
    return by.kind === 'again' ? through(names.egressListener(), by.request, true) : by.outcome;
  }
}

const TLS_ALONE = 'the listener takes TLS alone, and this is plain text';
const NO_BACKEND =
  'no backend on this port has that address or server name, and the mesh lets nothing else out';
const NO_TLS = 'requests are read there, and TLS of the application itself cannot be';

/** Why nothing takes a connection at all. */
function noListener({ listeners }: Served, { port }: AskedRequest): string {
  const ports = [...listeners.values()].map((listener) => listener.name).join(', ');
  return `no listener is on port ${port}; the proxy has ${ports || 'none'}`;
}

/** Why no filter chain takes a connection. */
function noChain(listener: Listener, { port }: AskedRequest): string {
  const known = portsOf(listener).filter((each) => each !== names.INGRESS_PORT && each !== names.EGRESS_PORT);
  if (known.includes(port) && listener.filterChainMatcher !== undefined) return NO_BACKEND;
  return `no backend is on port ${port} (ports that are taken: ${known.join(', ')}), and the mesh lets nothing else out`;
}

const NO_HOSTS: Hosts = { virtualHosts: [], ignorePortInHostMatching: false };
