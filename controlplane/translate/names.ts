import type { PortProtocol } from '../model/types.ts';

/** The port of redirected inbound traffic of a virtual node. */
export const INGRESS_PORT = 15_000;

/** The port of redirected outbound traffic of a virtual node, and of the second pass of a virtual gateway. */
export const EGRESS_PORT = 15_001;

/** The HTTP protocols, in contrast to TCP. */
export type HttpProtocol = Exclude<PortProtocol, 'tcp'>;

/** Names a listener for inbound traffic. The address in the name stays `0.0.0.0` when the listener is on `::`. */
export function ingressListener(port: number): string {
  return `lds_ingress_0.0.0.0_${port}`;
}

/** Names the listener for outbound traffic. */
export function egressListener(): string {
  return `lds_egress_0.0.0.0_${EGRESS_PORT}`;
}

/** The address on which a proxy without redirect rules accepts the application's calls. */
export const LOOPBACK = '127.0.0.1';

/** Names the listener of one backend on loopback. */
export function loopbackListener(port: number): string {
  return `lds_egress_${LOOPBACK}_${port}`;
}

/** Names the cluster of the application beside a virtual node's proxy. */
export function ingressCluster(mesh: string, node: string, protocol: PortProtocol, port: number): string {
  return `cds_ingress_${mesh}_${node}_${protocol}_${port}`;
}

/** Names the cluster of a listener of a virtual node for its callers. */
export function egressCluster(mesh: string, node: string, protocol: PortProtocol, port: number): string {
  return `cds_egress_${mesh}_${node}_${protocol}_${port}`;
}

/** Names the cluster of AWS's own services, at the connection's original destination. */
export function amazonCluster(mesh: string): string {
  return `cds_egress_${mesh}_amazonaws`;
}

/** Names the cluster of all other original destinations; only in a mesh with ALLOW_ALL. */
export function allowAllCluster(mesh: string): string {
  return `cds_egress_${mesh}_mesh-allow-all`;
}

/** Names a virtual gateway's cluster to its own egress listener; `listener` is named if the gateway has several. */
export function selfRedirectCluster(
  mesh: string,
  gateway: string,
  protocol: HttpProtocol,
  listener: number | undefined,
): string {
  const which = listener === undefined ? '' : `${listener}_`;
  return `cds_ingress_${mesh}_${gateway}_self_redirect_${which}${protocol}_${EGRESS_PORT}`;
}

/** Names the routes of inbound requests; `port` is the listener's. */
export function ingressRoutes(protocol: HttpProtocol, port: number): string {
  return `rds_ingress_${protocol}_${port}`;
}

/** Names the routes of outbound requests; `port` is the original destination's. */
export function egressRoutes(protocol: HttpProtocol, port: number): string {
  return `rds_egress_${protocol}_${port}`;
}

/** Names the routes of requests to one backend on loopback; `port` is the virtual service's. */
export function loopbackRoutes(protocol: HttpProtocol, port: number, service: string): string {
  return `${egressRoutes(protocol, port)}_${service}`;
}

/** Names the filter chain of connections to a tcp listener, and its discovered filter. */
export function ingressConnections(port: number): string {
  return `ingress_tcp_${port}`;
}

/** Names the discovered filter that decides which callers a chain of a listener admits. */
export function accessFilter(port: number, chain: 'mesh' | 'user' | 'plain'): string {
  return `ingress_access_${port}_${chain}`;
}

/** Names the filter chain of connections to a virtual service; `port` is the original destination's. */
export function egressConnections(port: number, service: string): string {
  return `egress_tcp_${port}_${service}`;
}

/** Returns the statistics prefix of inbound traffic; it includes protocol and port if there are several listeners. */
export function ingressStats(protocol: PortProtocol, port: number, several: boolean): string {
  return several ? `ingress.${protocol}.${port}` : 'ingress';
}

/** The statistics prefix of outbound traffic. */
export const EGRESS_STATS = 'egress';

/** The header that carries the target through a gateway's first pass if the host name is not rewritten. */
export const SERVICE_HEADER = 'x-app-mesh-virtual-service';

/** The header that carries the target's port through a gateway's first pass if a virtual service has several ports. */
export const PORT_HEADER = 'x-app-mesh-virtual-service-port';

/** Returns the domains that Envoy matches a Host header with: the name, with and without the port. */
export function domains(service: string, port: number): readonly string[] {
  return [service, `${service}:${port}`];
}
