import { isHeaderValue } from '../envoy/text.ts';
import { domains, EGRESS_PORT, INGRESS_PORT, type HttpProtocol } from '../names.ts';
import type { Options } from '../options.ts';
import { reportAll, type Report } from '../problems.ts';
import type { HttpStaticPort, StaticPort, StaticService, TcpStaticPort } from '../services/static-service.ts';

/** The outbound traffic of one destination port. */
export type EgressPort = {
  readonly port: number;
  /** Undefined if no backend takes requests. */
  readonly http: HttpBackends | undefined;
  /** Backends that take connections, sorted by the service's name. Backends on the same port are distinguished by address. */
  readonly tcp: readonly TcpBackend[];
};

/** The backends that take requests on a port. */
export type HttpBackends = {
  /** The protocol in the name of the routes: of several protocols the first of http, http2 and grpc. */
  readonly protocol: HttpProtocol;
  /** The virtual hosts, sorted by the service's name; no two share a domain. */
  readonly hosts: readonly EgressHost[];
};

/** A service port and its index. Its host names are those of `domains` in names.ts. */
export type EgressHost = { readonly staticPort: HttpStaticPort; readonly at: ServicePortIndex };

/** The same for connections. */
export type TcpBackend = { readonly staticPort: TcpStaticPort; readonly at: ServicePortIndex };

/** The index of a service port: the service in the view, and the port in the service. */
export type ServicePortIndex = { readonly service: number; readonly servicePort: number };

/** A port under construction. `taken`: the owner of each domain, in lower case, because Envoy ignores case. */
type OpenPort = EgressPort & {
  http:
    | (HttpBackends & { readonly hosts: EgressHost[]; readonly taken: Map<string, HttpStaticPort> })
    | undefined;
  readonly tcp: TcpBackend[];
};

/**
 * Decides the backends of a virtual node for each port. A host name belongs to one service: the first by name wins, and the
 * others are reported. A port that TCP backends share is reported for an Envoy that cannot distinguish them.
 */
export function egressPorts(
  services: readonly StaticService[],
  options: Options,
  report: Report,
): readonly EgressPort[] {
  const ports = new Map<number, OpenPort>();
  for (const [index, { name, staticPorts, problems }] of services.entries()) {
    reportAll(problems, report);
    for (const [at, staticPort] of staticPorts.entries()) {
      const place = { staticPort, at: { service: index, servicePort: at } };
      const problem = whollyTaken(ports.get(staticPort.port), staticPort, options) ?? claim(ports, place);
      if (problem !== undefined) report(`virtualService/${name}/port/${staticPort.port}`, problem);
    }
  }
  return [...ports.values()].toSorted((a, b) => a.port - b.port);
}

/** Returns why a service port cannot be shared: without `filter_chain_matcher` there is one chain per port. */
function whollyTaken(
  there: OpenPort | undefined,
  { kind }: StaticPort,
  { chainMatcher, names }: Options,
): string | undefined {
  const holder = there?.http?.hosts[0] ?? there?.tcp[0];
  // An agent that looks up names has a newer Envoy.
  if (holder === undefined || chainMatcher || names) return undefined;
  if (kind === 'http' && there?.tcp.length === 0) return undefined;
  const rival = `virtual service ${holder.staticPort.service} has this port`;
  return `${rival}, and an Envoy older than 1.22 cannot tell the two apart: connections to this one lead there`;
}

/** Adds a service port to its port, or returns why that is impossible. */
function claim(
  ports: Map<number, OpenPort>,
  { staticPort, at }: { readonly staticPort: StaticPort; readonly at: ServicePortIndex },
): string | undefined {
  const { port, service } = staticPort;
  if (port === INGRESS_PORT || port === EGRESS_PORT) return `port ${port} is the proxy's own`;
  const there: OpenPort = ports.get(port) ?? { port, http: undefined, tcp: [] };
  if (staticPort.kind === 'tcp') {
    there.tcp.push({ staticPort, at });
    ports.set(port, there);
    return undefined;
  }
  if (!isHeaderValue(service) || service === '') return 'its name cannot be a host name';
  const { protocol } = staticPort;
  const open = there.http ?? { protocol, hosts: [], taken: new Map<string, HttpStaticPort>() };
  const compared = domains(service, port).map((domain) => domain.toLowerCase());
  for (const domain of compared) {
    const rival = open.taken.get(domain);
    if (rival !== undefined) return `its host names collide with those of virtual service ${rival.service}`;
  }
  for (const domain of compared) open.taken.set(domain, staticPort);
  open.hosts.push({ staticPort, at });
  there.http = { ...open, protocol: first(open.protocol, protocol) };
  ports.set(port, there);
  return undefined;
}

function first(a: HttpProtocol, b: HttpProtocol): HttpProtocol {
  return NAMED.find((protocol) => protocol === a || protocol === b) ?? a;
}

const NAMED: readonly HttpProtocol[] = ['http', 'http2', 'grpc'];
