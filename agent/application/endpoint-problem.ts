import type { Failures } from './connection-failures.ts';
import type { ListeningSocket } from './listening-sockets.ts';

/** Where Envoy connects to the application. `cluster` names the statistics. */
export type AppEndpoint = { readonly cluster: string; readonly address: string; readonly port: number };

/**
 * Returns why an endpoint accepts no connections, or undefined if no problem is visible. `sockets` are the listening sockets of the
 * host; undefined if the endpoint is on another host, where only failed connections show a problem.
 */
export function endpointProblem(
  { address, port }: AppEndpoint,
  { inRow, recent }: Failures,
  sockets: readonly ListeningSocket[] | undefined,
): string | undefined {
  const target = hostPort(address, port);
  if (sockets === undefined) return inRow === 0 ? undefined : `connections to ${target} fail`;
  const onPort = sockets.filter((socket) => socket.port === port).map((socket) => socket.address);
  if (onPort.some((listening) => accepts(listening, address))) {
    if (recent === 0) return undefined;
    const ipv6Only = !address.includes(':') && onPort.every((listening) => listening === '::');
    const hint = ipv6Only ? '; if it accepts only IPv6, set DAYBREAK_APP_ADDRESS=::1' : '';
    return `connections to ${target} fail, although a process listens there${hint}`;
  }
  const [other] = onPort;
  if (other === undefined) return `nothing listens on ${target}`;
  const hint = `set DAYBREAK_APP_ADDRESS=${LOOPBACK[other] ?? other}`;
  return `nothing listens on ${target}, but a process listens on ${hostPort(other, port)}: ${hint}`;
}

/** Loopback addresses that reach an application on a wildcard address. */
const LOOPBACK: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' };

/** `::` accepts IPv4 too, unless the application set IPV6_V6ONLY, which the kernel's tables do not show. */
function accepts(listening: string, address: string): boolean {
  return listening === address || listening === '::' || (listening === '0.0.0.0' && !address.includes(':'));
}

function hostPort(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}
