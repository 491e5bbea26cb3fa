import type { Listener } from '#envoy/envoy/config/listener/v3/listener_pb.ts';
import { proxyPath, type Identity } from '../ads/identity.ts';
import * as names from '../translate/names.ts';
import type { AskedRequest } from './asked-request.ts';
import { chainFor, portsOf } from './filter-chain/filter-chain.ts';
import type { Explanation, Outcome, Pass } from './explanation.ts';
import { connectionOutcome, requestChain, type RequestChain } from './filter-chain/filter.ts';
import { arrive } from './manager/arrive.ts';
import { isWithoutRules, loopbackEntry, type Entry } from './loopback.ts';
import { considerRoutes } from './match/considered-routes.ts';
import type { Hosts } from './match/virtual-host.ts';
import { leaving, sentOn } from './next-pass.ts';
import type { Release } from './release.ts';
import type { IncomingRequest } from './request.ts';
import { sentBy } from './route-action.ts';
import type { Served } from './served.ts';
import { takesUpgrade } from './upgrades.ts';

/** A request with its connection. */
type Call = {
  readonly request: IncomingRequest;
  readonly listener: string;
  readonly port: number;
  readonly serverName: string;
  /** Whether the connection comes from the same machine. */
  readonly local: boolean;
};

/**
 * Follows a request through a proxy's resources, by the rules of its release of Envoy: from the application beside a virtual
 * node, or from a caller into a virtual gateway, which it passes twice. Pure.
 */
export function explain(
  served: Served,
  identity: Identity,
  asked: AskedRequest,
  release: Release,
): Explanation {
  const passes: Pass[] = [];
  let sent: Explanation['request'];
  const { serverName } = asked;
  const entry = entryOf(served, identity, asked);
  const request = { ...asked, scheme: asked.tls ? 'https' : 'http' };
  const outcome: Outcome =
    entry === undefined
      ? { kind: 'direct', why: NOT_LOOPBACK }
      : through({ request, ...entry, serverName, local: false });
  return { proxy: proxyPath(identity), passes, outcome, ...(sent && { request: sent }) };

  function through(call: Call): Outcome {
    const {
      port: to,
      local,
      request: { tls },
    } = call;
    const found = served.listeners.get(call.listener);
    if (found === undefined) return { kind: 'closed', why: noListener(served, to) };
    const chain = chainFor(found, { port: to, serverName: call.serverName, tls, local });
    if (chain === undefined) return { kind: 'closed', why: noChain(found, to) };
    const requests = requestChain(chain);
    const takesTls = chain.transportSocket !== undefined;
    if (requests !== undefined && tls === takesTls) return routed(call, chain.name, requests);
    passes.push({ listener: call.listener, chain: chain.name, routes: [] });
    if (requests === undefined) return connectionOutcome(served, chain, to);
    const noTls = call.listener === names.egressListener() ? NO_TLS_OF_BACKEND : NO_TLS;
    return { kind: 'closed', why: takesTls ? TLS_ALONE : noTls };
  }

  function routed(
    call: Call,
    chain: string,
    { routes: name, settings, saysOriginals }: RequestChain,
  ): Outcome {
    const pass = { listener: call.listener, chain, routeConfiguration: name };
    const arrival = arrive(call.request, settings, release, call.port);
    if (arrival.kind === 'refused') {
      passes.push({ ...pass, routes: [] });
      const { why, kind } = arrival.outcome;
      // The first pass sees the closed connection of the second, and answers 503.
      return call.local && kind === 'closed' ? { kind: 'answered', status: 503, why } : arrival.outcome;
    }
    const { request: seen, upgrade } = arrival;
    const hosts = served.routes.get(name) ?? NO_HOSTS;
    const { virtualHost, host, routes, taken } = considerRoutes(hosts, seen, release);
    passes.push({ ...pass, ...(virtualHost === undefined ? {} : { virtualHost }), routes });
    if (host === undefined) {
      const known = hosts.virtualHosts.map((each) => each.name).join(', ');
      const why = `no virtual service has the host name ${seen.authority}; on this port there is ${known || 'none'}`;
      return { kind: 'answered', status: 404, why };
    }
    if (taken === undefined) {
      const why = routes.length === 0 ? `${host.name} has no routes` : `no route of ${host.name} takes it`;
      return { kind: 'answered', status: 404, why };
    }
    if (upgrade !== undefined && !takesUpgrade(upgrade, settings.upgrades, taken))
      return { kind: 'answered', status: 403, why: `no upgrade to ${upgrade} is made` };
    const by = sentBy(served, taken);
    if (by.kind === 'outcome') {
      if (by.outcome.kind === 'sent') sent = { method: seen.method, path: leaving(seen, taken) };
      return by.outcome;
    }
    const { isTraced } = settings;
    const departure = {
      host,
      route: taken,
      action: by.action,
      cluster: by.cluster,
      saysOriginals,
      isTraced,
      upgrade,
    };
    return through({
      request: sentOn(seen, departure),
      listener: names.egressListener(),
      port: names.EGRESS_PORT,
      serverName: '',
      local: true,
    });
  }
}

/** Returns where the call arrives; undefined if it does not pass the proxy. */
function entryOf(served: Served, { kind }: Identity, asked: AskedRequest): Entry | undefined {
  const { port } = asked;
  if (kind === 'virtualGateway') return { listener: names.ingressListener(port), port };
  return isWithoutRules(served) ? loopbackEntry(served, asked) : { listener: names.egressListener(), port };
}

const NO_HOSTS: Hosts = { virtualHosts: [], ignorePortInHostMatching: false };

const TLS_ALONE = 'the listener accepts only TLS, and this is plain text';
const NOT_LOOPBACK =
  'the host has no redirect rules, and the call is neither to a backend nor to the loopback port of one';
const NO_BACKEND =
  'no backend on this port has that address or server name, and the mesh lets nothing else out';
const NO_TLS =
  'the listener accepts plain HTTP, and the caller speaks TLS: call http://, or give the listener TLS';
const NO_TLS_OF_BACKEND =
  'the backend on this port has HTTP, and the application speaks TLS, which the proxy cannot read: call http://, and let a client policy add TLS, or set the protocol of the listener to tcp';

/** Returns why no listener takes a connection. */
function noListener({ listeners }: Served, port: number): string {
  const known = [...listeners.values()].map((listener) => listener.name).join(', ');
  return `no listener is on port ${port}; the proxy has ${known || 'none'}`;
}

/** Returns why no filter chain takes a connection. */
function noChain(listener: Listener, port: number): string {
  const known = portsOf(listener).filter((each) => each !== names.INGRESS_PORT && each !== names.EGRESS_PORT);
  if (known.includes(port) && listener.filterChainMatcher !== undefined) return NO_BACKEND;
  return `no backend is on port ${port} (ports that are taken: ${known.join(', ')}), and the mesh lets nothing else out`;
}
