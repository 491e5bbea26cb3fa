import { isHeaderValue } from '../envoy/text.ts';
import { domains, EGRESS_PORT, INGRESS_PORT, type HttpProtocol } from '../names.ts';
import type { Options } from '../options.ts';
import { reportAll, type Report } from '../problems.ts';
import type { HttpReach, Reach, ServiceReach, TcpReach } from '../services/reach.ts';

/** All that goes out through one destination port. */
export type EgressPort = {
  readonly port: number;
  /** Undefined where no backend takes requests. */
  readonly http: HttpBackends | undefined;
  /** Those that take connections, sorted by the service's name. Those that share the port are told apart by address. */
  readonly tcp: readonly TcpBackend[];
};

/** The backends that take requests on a port. */
export type HttpBackends = {
  /** What its routes are named after: of several protocols the first of http, http2 and grpc. */
  readonly protocol: HttpProtocol;
  /** What answers, sorted by the service's name; no domain is that of two. */
  readonly hosts: readonly EgressHost[];
};

/** What a virtual service offers on the port, and where that stands. Its host names are those of `domains` in names.ts. */
export type EgressHost = { readonly reach: HttpReach; readonly at: OfferAt };

/** The same for connections. */
export type TcpBackend = { readonly reach: TcpReach; readonly at: OfferAt };

/** An offer by its place: which of the view's services it is of, and which of the service's offers it is. */
export type OfferAt = { readonly service: number; readonly offer: number };

/** A port while it is filled. `taken`: who has a domain, by its name in lower case, because Envoy compares without case. */
type OpenPort = EgressPort & {
  http: (HttpBackends & { readonly hosts: EgressHost[]; readonly taken: Map<string, HttpReach> }) | undefined;
  readonly tcp: TcpBackend[];
};

/**
 * Decides, port by port, what a virtual node's backends get. A host name is that of one service: the first by the service's
 * name wins, and what loses is reported. So is a port that connections would share, for an Envoy that cannot tell them apart.
 */
export function egressPorts(
  services: readonly ServiceReach[],
  options: Options,
  report: Report,
): readonly EgressPort[] {
  const ports = new Map<number, OpenPort>();
  for (const [index, { name, reaches, problems }] of services.entries()) {
    reportAll(problems, report);
    for (const [at, reach] of reaches.entries()) {
      const place = { reach, at: { service: index, offer: at } };
      const problem = whollyTaken(ports.get(reach.port), reach, options) ?? claim(ports, place);
      if (problem !== undefined) report(`virtualService/${name}/port/${reach.port}`, problem);
    }
  }
  return [...ports.values()].toSorted((a, b) => a.port - b.port);
}

/** Why a port that a service has cannot be shared: without `filter_chain_matcher` there is one chain for each port. */
function whollyTaken(
  there: OpenPort | undefined,
  { kind }: Reach,
  { chainMatcher, names }: Options,
): string | undefined {
  const holder = there?.http?.hosts[0] ?? there?.tcp[0];
  // An agent that looks names up has an Envoy that is newer.
  if (holder === undefined || chainMatcher || names) return undefined;
  if (kind === 'http' && there?.tcp.length === 0) return undefined;
  const rival = `virtual service ${holder.reach.service} has this port`;
  return `${rival}, and an Envoy older than 1.22 cannot tell the two apart: connections to this one lead there`;
}

/** Gives an offer its place on its port, or says why it cannot have one. */
function claim(
  ports: Map<number, OpenPort>,
  { reach, at }: { readonly reach: Reach; readonly at: OfferAt },
): string | undefined {
  const { port, service } = reach;
  if (port === INGRESS_PORT || port === EGRESS_PORT) return `port ${port} is the proxy's own`;
  const there: OpenPort = ports.get(port) ?? { port, http: undefined, tcp: [] };
  if (reach.kind === 'tcp') {
    there.tcp.push({ reach, at });
    ports.set(port, there);
    return undefined;
  }
  if (!isHeaderValue(service) || service === '') return 'its name cannot be a host name';
  const { protocol } = reach;
  const open = there.http ?? { protocol, hosts: [], taken: new Map<string, HttpReach>() };
  const compared = domains(service, port).map((domain) => domain.toLowerCase());
  for (const domain of compared) {
    const rival = open.taken.get(domain);
    if (rival !== undefined) return `its host names collide with those of virtual service ${rival.service}`;
  }
  for (const domain of compared) open.taken.set(domain, reach);
  open.hosts.push({ reach, at });
  there.http = { ...open, protocol: first(open.protocol, protocol) };
  ports.set(port, there);
  return undefined;
}

function first(a: HttpProtocol, b: HttpProtocol): HttpProtocol {
  return NAMED.find((protocol) => protocol === a || protocol === b) ?? a;
}

const NAMED: readonly HttpProtocol[] = ['http', 'http2', 'grpc'];
