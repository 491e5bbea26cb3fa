import type { ListenerNames, NamedChain } from '../../../common/contracts/listener-names.ts';
import type { Addresses } from '../envoy/address.ts';
import type { WeightedTcp } from '../envoy/filter-chains.ts';
import type { MetricSource } from '../envoy/metric-extension/metric-source.ts';
import { isHeaderValue } from '../envoy/text.ts';
import { isMeshCall } from '../envoy/clusters/mutual-sockets.ts';
import { upstreamName, type UpstreamMesh } from '../envoy/clusters/upstream.ts';
import * as names from '../names.ts';
import type { TcpStaticPort } from '../services/static-service.ts';
import type { Options } from '../options.ts';
import type { Report } from '../problems.ts';
import type { UpstreamCall } from './calls.ts';
import { sharesOf } from './connections.ts';
import type { EgressPort, HttpBackends, TcpBackend } from './egress.ts';

/**
 * The input of a virtual node's outbound listener, except for the access log and the addresses of names: plain data, so that
 * it also serves as the listener's cache key.
 */
export type Outbound = {
  readonly mesh: string;
  readonly listen: Addresses['listen'];
  /** Whether the mesh allows all egress. */
  readonly allowsAll: boolean;
  /**
   * `match`: each chain has its own match. `matcher`: the listener chooses among chains that never change, so that a new
   * chain or address drains no connection.
   */
  readonly form: 'match' | 'matcher';
  /** With `names`, the agent looks names up and puts their addresses into the matcher. */
  readonly options: Options;
  readonly source: MetricSource | undefined;
  readonly ports: readonly OutboundPort[];
};

/** One destination port of one or more backends. */
export type OutboundPort = {
  readonly port: number;
  /** Undefined if no backend takes requests. `services`: their services, if the port is shared with TCP backends. */
  readonly requests:
    | { readonly chain: string; readonly routes: string; readonly services: readonly string[] }
    | undefined;
  readonly connections: readonly OutboundConnections[];
  /** How backends are distinguished; undefined if there is only one. */
  readonly toldApartBy: 'address' | 'server name' | undefined;
  /** Whether a backend of the port requires TLS: then no connection that may be meant for it passes through unchanged. */
  readonly isGuarded: boolean;
};

/**
 * The connections to one virtual service. `inline`: the filter of its chain; undefined if the filter is discovered by name. `like`:
 * an earlier chain of the port that leads to the same servers; undefined if there is none.
 */
export type OutboundConnections = {
  readonly service: string;
  readonly chain: string;
  readonly like: string | undefined;
  readonly inline: { readonly shares: readonly WeightedTcp[]; readonly idle: number } | undefined;
};

/**
 * The HTTPS port, on which the TLS inspector runs: backends that share it are distinguished by SNI, because addresses there
 * often belong to a network that serves many names.
 */
export const TLS_PORT = 443;

/** The chain that closes every connection. */
export const CLOSED_CHAIN = 'egress_closed';

/** Compiles the outbound listener's input. Reports backends that cannot be distinguished, as far as the model shows it. */
export function outboundOf(
  mesh: UpstreamMesh,
  { listen }: Addresses,
  allowsAll: boolean,
  ports: readonly EgressPort[],
  calls: readonly UpstreamCall[],
  options: Options,
  source: MetricSource | undefined,
  report: Report,
): Outbound {
  const isShared = ports.some((port) => needsTelling(port));
  const guarded = new Set(
    calls.filter(({ tls }) => requiresTls(tls)).map(({ target }) => upstreamName(mesh, target)),
  );
  return {
    mesh: mesh.name,
    listen,
    allowsAll,
    form: options.names || isShared ? 'matcher' : 'match',
    options,
    source,
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
  const upstreams = tcp.flatMap(({ staticPort }) => staticPort.upstreams);
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

/** Whether no connection of a call is plain text. */
function requiresTls(tls: UpstreamCall['tls']): boolean {
  return tls !== undefined && (!isMeshCall(tls) || tls.required);
}

/** Whether the port of a connection does not determine the backend. */
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
    services: isShared ? hosts.map(({ staticPort }) => staticPort.service) : [],
  };
}

function connectionsOf(
  mesh: UpstreamMesh,
  backends: readonly TcpBackend[],
  isShared: boolean,
  { ecds }: Options,
): readonly OutboundConnections[] {
  const firsts = new Map<string, string>();
  return backends.map(({ staticPort }) => {
    const { port, service, inline } = staticPort;
    const chain = ecds || isShared ? names.egressConnections(port, service) : `egress_tcp_${port}`;
    const servers = serversOf(mesh, staticPort);
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

/** Returns the servers of a TCP backend as text: services with equal texts need not be distinguished. A router's weights are its own. */
function serversOf(mesh: UpstreamMesh, { service, router, upstreams }: TcpStaticPort): string {
  const [first, ...others] = upstreams;
  if (first !== undefined && others.length === 0) return JSON.stringify(['node', upstreamName(mesh, first)]);
  return JSON.stringify(router === undefined ? ['service', service] : ['router', router]);
}

/** Reports services whose name cannot distinguish them on the port, or is also another service's name. */
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

/** Whether two chains lead to the same servers. */
export function leadToTheSame(a: OutboundConnections, b: OutboundConnections): boolean {
  return (a.like ?? a.chain) === (b.like ?? b.chain);
}

/** Whether a resolver can look up a name. */
export function isHostName(name: string): boolean {
  return name !== '' && isHeaderValue(name) && !/[\s*]/.test(name);
}

/**
 * Returns the names whose addresses distinguish the chains of a port, for ports where nothing else does. An address of both
 * requests and connections belongs to the requests, as without TCP backends on the port. Other addresses of two services are
 * closed, unless both lead to the same servers.
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
