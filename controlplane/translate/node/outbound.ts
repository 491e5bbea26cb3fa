import type { ListenerNames, NamedChain } from '../../../common/listener-names.ts';
import type { Addresses } from '../envoy/address.ts';
import type { WeightedTcp } from '../envoy/filter-chains.ts';
import { isHeaderValue } from '../envoy/text.ts';
import { upstreamName, type UpstreamMesh } from '../envoy/upstream.ts';
import * as names from '../names.ts';
import type { TcpReach } from '../reach.ts';
import type { Options } from '../options.ts';
import type { Report } from '../problems.ts';
import type { UpstreamCall } from './calls.ts';
import { sharesOf } from './connections.ts';
import type { EgressPort, HttpBackends } from './egress.ts';

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

/** The connections to one virtual service. `inline`: what its chain does with them; undefined where that is asked for by name. */
export type OutboundConnections = {
  readonly service: string;
  readonly chain: string;
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
  if (toldApartBy !== undefined) reportNames(egress, toldApartBy, report);
  const upstreams = tcp.flatMap(({ reach }) => reach.upstreams);
  return {
    port,
    requests: http && requestsOf(port, http, isShared),
    connections: tcp.map(({ reach }) => connectionsOf(mesh, reach, isShared, options)),
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
  { port, service, inline }: TcpReach,
  isShared: boolean,
  { ecds }: Options,
): OutboundConnections {
  return {
    service,
    chain: ecds || isShared ? names.egressConnections(port, service) : `egress_tcp_${port}`,
    inline: inline && { shares: sharesOf(mesh, inline.targets), idle: inline.idle },
  };
}

/** Says whose names cannot tell them from the others on the port, or are another's too. */
function reportNames({ port, tcp }: EgressPort, by: 'address' | 'server name', report: Report): void {
  const known = new Map<string, string>();
  for (const { reach } of tcp) {
    const { service } = reach;
    const where = `virtualService/${service}/port/${port}`;
    if (!isHostName(by === 'address' ? service : service.replace(/^\*\./, ''))) {
      const lack = by === 'address' ? 'has no address' : 'is none that a TLS client asks for';
      report(where, `others have this port too, and its name ${lack}: no connection is taken for it`);
      continue;
    }
    const rival = known.get(service.toLowerCase());
    if (rival !== undefined)
      report(where, `its name is that of virtual service ${rival}: connections to both are closed`);
    else known.set(service.toLowerCase(), service);
  }
}

/** Whether a resolver can be asked for a name. */
export function isHostName(name: string): boolean {
  return name !== '' && isHeaderValue(name) && !/[\s*]/.test(name);
}

/**
 * The names whose addresses tell the chains of a port apart, for ports where nothing else does. An address of requests and
 * connections is that of requests, as before there were connections on the port; other addresses of two services are closed.
 */
export function listenerNames({ ports }: Outbound): ListenerNames {
  return Object.fromEntries(
    ports
      .filter(({ toldApartBy }) => toldApartBy === 'address')
      .map(({ port, requests, connections }) => [
        String(port),
        [
          ...(requests === undefined ? [] : [named(requests.chain, requests.services)]),
          ...connections.map(({ chain, service }) => named(chain, [service])),
          { chain: requests?.chain ?? CLOSED_CHAIN, ambiguous: true },
        ],
      ]),
  );
}

function named(chain: string, services: readonly string[]): NamedChain {
  return { chain, names: services.filter(isHostName) };
}
