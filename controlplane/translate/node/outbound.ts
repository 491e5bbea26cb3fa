import type { ListenerNames, NamedChain } from '../../../common/contracts/listener-names.ts';
import type { Addresses } from '../envoy/address.ts';
import type { WeightedTcp } from '../envoy/filter-chains.ts';
import { isHeaderValue } from '../envoy/text.ts';
import { upstreamName, type UpstreamMesh } from '../envoy/clusters/upstream.ts';
import * as names from '../names.ts';
import type { TcpReach } from '../services/reach.ts';
import type { Options } from '../options.ts';
import type { Report } from '../problems.ts';
import type { UpstreamCall } from './calls.ts';
import { sharesOf } from './connections.ts';
import type { EgressPort, HttpBackends, TcpBackend } from './egress.ts';

/**
 * All that a virtual node's listener for outbound traffic is made of, but the access log and the addresses of names: plain
 * data, so that it is the whole key of the listener too.
 */
export type Outbound = {
  readonly mesh: string;
  readonly listen: Addresses['listen'];
  /** Whether the mesh lets everything out. */
  readonly allowsAll: boolean;
  /**
   * `match`: each chain has a match of its own. `matcher`: the listener chooses among chains that never change, so that one more
   * or another address drains nothing.
   */
  readonly form: 'match' | 'matcher';
  /** Where an agent looks names up (`names`), it is the one that puts their addresses into the matcher. */
  readonly options: Options;
  readonly ports: readonly OutboundPort[];
};

/** One destination port of a backend, or of several. */
export type OutboundPort = {
  readonly port: number;
  /** Undefined where no backend takes requests. `services`: theirs, where the port is shared with connections. */
  readonly requests:
    | { readonly chain: string; readonly routes: string; readonly services: readonly string[] }
    | undefined;
  readonly connections: readonly OutboundConnections[];
  /** How backends are told apart; undefined where there is nothing to tell apart. */
  readonly toldApartBy: 'address' | 'server name' | undefined;
  /** Whether TLS is asked for on the way to one of these: then no connection that may be meant for it passes as it is. */
  readonly isGuarded: boolean;
};

/**
 * The connections to one virtual service. `inline`: what its chain does with them; undefined where that is asked for by name. `like`: an
 * earlier chain of the port that leads to the same servers; undefined where there is none.
 */
export type OutboundConnections = {
  readonly service: string;
  readonly chain: string;
  readonly like: string | undefined;
  readonly inline: { readonly shares: readonly WeightedTcp[]; readonly idle: number } | undefined;
};

/**
 * The port of HTTPS, where the TLS inspector is at work: backends that share it are told apart by the name that the TLS client
 * asks for, since addresses there are often those of a network that serves many names.
 */
export const TLS_PORT = 443;

/** The chain that closes every connection. */
export const CLOSED_CHAIN = 'egress_closed';

/** What the listener for outbound traffic is made of. What cannot be told apart is reported, as far as the model shows it. */
export function outboundOf(
  mesh: UpstreamMesh,
  { listen }: Addresses,
  allowsAll: boolean,
  ports: readonly EgressPort[],
  calls: readonly UpstreamCall[],
  options: Options,
  report: Report,
): Outbound {
  const isShared = ports.some((port) => needsTelling(port));
  const guarded = new Set(
    calls.filter(({ tls }) => tls !== undefined).map(({ target }) => upstreamName(mesh, target)),
  );
  return {
    mesh: mesh.name,
    listen,
    allowsAll,
    form: options.names || isShared ? 'matcher' : 'match',
    options,
    ports: ports.map((port) => outboundPort(mesh, port, guarded, options, report)),
  };
}

function outboundPort(
  mesh: UpstreamMesh,
  egress: EgressPort,
  guarded: ReadonlySet<string>,
  options: Options,
  report: Report,
): OutboundPort {
  const { port, http, tcp } = egress;
  const isShared = needsTelling(egress);
  const toldApartBy = isShared ? (port === TLS_PORT ? 'server name' : 'address') : undefined;
  const upstreams = tcp.flatMap(({ reach }) => reach.upstreams);
  const connections = connectionsOf(mesh, tcp, isShared, options);
  if (toldApartBy !== undefined) reportNames(port, connections, toldApartBy, report);
  return {
    port,
    requests: http && requestsOf(port, http, isShared),
    connections,
    toldApartBy,
    isGuarded: isShared && upstreams.some((target) => guarded.has(upstreamName(mesh, target))),
  };
}

/** Whether a connection's port does not say which backend it is for. */
function needsTelling({ http, tcp }: EgressPort): boolean {
  return tcp.length + (http === undefined ? 0 : 1) > 1 && tcp.length > 0;
}

function requestsOf(
  port: number,
  { protocol, hosts }: HttpBackends,
  isShared: boolean,
): OutboundPort['requests'] {
  return {
    chain: `egress_${protocol}_${port}`,
    routes: names.egressRoutes(protocol, port),
    services: isShared ? hosts.map(({ reach }) => reach.service) : [],
  };
}

function connectionsOf(
  mesh: UpstreamMesh,
  backends: readonly TcpBackend[],
  isShared: boolean,
  { ecds }: Options,
): readonly OutboundConnections[] {
  const firsts = new Map<string, string>();
  return backends.map(({ reach }) => {
    const { port, service, inline } = reach;
    const chain = ecds || isShared ? names.egressConnections(port, service) : `egress_tcp_${port}`;
    const servers = serversOf(mesh, reach);
    const like = firsts.get(servers);
    if (like === undefined) firsts.set(servers, chain);
    return {
      service,
      chain,
      like,
      inline: inline && { shares: sharesOf(mesh, inline.targets), idle: inline.idle },
    };
  });
}

/** Where connections go: services for which this is the same need not be told apart. How a router shares them out is its own. */
function serversOf(mesh: UpstreamMesh, { service, router, upstreams }: TcpReach): string {
  const [first, ...others] = upstreams;
  if (first !== undefined && others.length === 0) return JSON.stringify(['node', upstreamName(mesh, first)]);
  return JSON.stringify(router === undefined ? ['service', service] : ['router', router]);
}

/** Says whose names cannot tell them from the others on the port, or are another's too. */
function reportNames(
  port: number,
  connections: readonly OutboundConnections[],
  by: 'address' | 'server name',
  report: Report,
): void {
  const known = new Map<string, OutboundConnections>();
  for (const each of connections) {
    const { service } = each;
    const where = `virtualService/${service}/port/${port}`;
    if (!isHostName(by === 'address' ? service : service.replace(/^\*\./, ''))) {
      const lack = by === 'address' ? 'has no address' : 'is none that a TLS client asks for';
      report(where, `others have this port too, and its name ${lack}: no connection is taken for it`);
      continue;
    }
    const rival = known.get(service.toLowerCase());
    if (rival === undefined) known.set(service.toLowerCase(), each);
    else if (!leadToTheSame(rival, each))
      report(where, `its name is that of virtual service ${rival.service}: connections to both are closed`);
  }
}

/** Whether it makes no difference which of two chains takes a connection. */
export function leadToTheSame(a: OutboundConnections, b: OutboundConnections): boolean {
  return (a.like ?? a.chain) === (b.like ?? b.chain);
}

/** Whether a resolver can be asked for a name. */
export function isHostName(name: string): boolean {
  return name !== '' && isHeaderValue(name) && !/[\s*]/.test(name);
}

/**
 * The names whose addresses tell the chains of a port apart, for ports where nothing else does. An address of requests and
 * connections is that of requests, as before there were connections on the port; other addresses of two services are closed, unless
 * both lead to the same servers.
 */
export function listenerNames({ ports }: Outbound): ListenerNames {
  return Object.fromEntries(
    ports
      .filter(({ toldApartBy }) => toldApartBy === 'address')
      .map(({ port, requests, connections }) => [
        String(port),
        [
          ...(requests === undefined ? [] : [named(requests.chain, requests.services)]),
          ...connections.map(({ chain, service, like }) => ({
            ...named(chain, [service]),
            ...(like === undefined ? {} : { like }),
          })),
          { chain: requests?.chain ?? CLOSED_CHAIN, ambiguous: true },
        ],
      ]),
  );
}

function named(chain: string, services: readonly string[]): Extract<NamedChain, { names: unknown }> {
  return { chain, names: services.filter(isHostName) };
}
