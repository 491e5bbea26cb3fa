import type { PortProtocol } from '../model/types.ts';

/** Where redirected inbound traffic of a virtual node arrives. */
export const INGRESS_PORT = 15_000;

/** Where redirected outbound traffic of a virtual node arrives, and the second pass of a virtual gateway. */
export const EGRESS_PORT = 15_001;

/** The protocols that are requests, not bytes. */
export type HttpProtocol = Exclude<PortProtocol, 'tcp'>;

/** A listener for inbound traffic. The address in the name stays `0.0.0.0` when the listener is on `::`. */
export function ingressListener(port: number): string {
  return `lds_ingress_0.0.0.0_${port}`;
}

/** The listener for outbound traffic. */
export function egressListener(): string {
  return `lds_egress_0.0.0.0_${EGRESS_PORT}`;
}

/** The application beside a virtual node's proxy. */
export function ingressCluster(mesh: string, node: string, protocol: PortProtocol, port: number): string {
  return `cds_ingress_${mesh}_${node}_${protocol}_${port}`;
}

/** A listener of a virtual node, as its callers reach it. */
export function egressCluster(mesh: string, node: string, protocol: PortProtocol, port: number): string {
  return `cds_egress_${mesh}_${node}_${protocol}_${port}`;
}

/** AWS's own services, at the address that the application asked for. */
export function amazonCluster(mesh: string): string {
  return `cds_egress_${mesh}_amazonaws`;
}

/** Everything that is no backend, at the address that the application asked for; in a mesh with ALLOW_ALL only. */
export function allowAllCluster(mesh: string): string {
  return `cds_egress_${mesh}_mesh-allow-all`;
}

/** A virtual gateway's way to its own egress listener; `listener` is named where the gateway has several. */
export function selfRedirectCluster(
  mesh: string,
  gateway: string,
  protocol: HttpProtocol,
  listener: number | undefined,
): string {
  const which = listener === undefined ? '' : `${listener}_`;
  return `cds_ingress_${mesh}_${gateway}_self_redirect_${which}${protocol}_${EGRESS_PORT}`;
}

/** The routes of inbound requests; `port` is the listener's. */
export function ingressRoutes(protocol: HttpProtocol, port: number): string {
  return `rds_ingress_${protocol}_${port}`;
}

/** The routes of outbound requests; `port` is the one that the application asked for. */
export function egressRoutes(protocol: HttpProtocol, port: number): string {
  return `rds_egress_${protocol}_${port}`;
}

/** The filter chain of connections to a tcp listener, and what stands behind the name of its filter. */
export function ingressConnections(port: number): string {
  return `ingress_tcp_${port}`;
}

/** The filter chain of connections to a virtual service; `port` is the one that the application asked for. */
export function egressConnections(port: number, service: string): string {
  return `egress_tcp_${port}_${service}`;
}

/** The prefix of the statistics of inbound traffic; it names protocol and port where there are several listeners. */
export function ingressStats(protocol: PortProtocol, port: number, several: boolean): string {
  return several ? `ingress.${protocol}.${port}` : 'ingress';
}

/** The prefix of the statistics of outbound traffic. */
export const EGRESS_STATS = 'egress';

/** The header that carries the target past a gateway's first pass where the host name is not rewritten. */
export const SERVICE_HEADER = 'x-app-mesh-virtual-service';

/** The header that carries the target's port past a gateway's first pass where a virtual service has several. */
export const PORT_HEADER = 'x-app-mesh-virtual-service-port';

/** What Envoy matches a Host header with: the name as it is, and with the port. */
export function domains(service: string, port: number): readonly string[] {
  return [service, `${service}:${port}`];
}
