import type { Failures } from './connection-failures.ts';
import type { ListeningSocket } from './listening-sockets.ts';

/** Where Envoy connects to the application; the statistics are those of `cluster`. */
export type AppEndpoint = { readonly cluster: string; readonly address: string; readonly port: number };

/**
 * Why an endpoint takes no connection; undefined where it does, as far as can be seen. `sockets`: what listens on the host;
 * undefined where the endpoint is not on it, so that only connections can tell.
 */
export function troubleOf(
  { address, port }: AppEndpoint,
  { inRow, lately }: Failures,
  sockets: readonly ListeningSocket[] | undefined,
): string | undefined {
  const place = hostPort(address, port);
  if (sockets === undefined) return inRow === 0 ? undefined : `connections to ${place} fail`;
  const onPort = sockets.filter((socket) => socket.port === port).map((socket) => socket.address);
  if (onPort.some((listening) => takes(listening, address))) {
    if (lately === 0) return undefined;
    const sixthAlone = !address.includes(':') && onPort.every((listening) => listening === '::');
    const hint = sixthAlone ? '; if that takes IPv6 alone, set DAYBREAK_APP_ADDRESS=::1' : '';
    return `connections to ${place} fail, although something listens there${hint}`;
  }
  const [other] = onPort;
  if (other === undefined) return `nothing listens at ${place}`;
  const hint = `set DAYBREAK_APP_ADDRESS=${LOOPBACK[other] ?? other}`;
  return `nothing listens at ${place}, but something at ${hostPort(other, port)}: ${hint}`;
}

/** What leads to an application that listens on every address of one family. */
const LOOPBACK: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' };

/** `::` takes IPv4 too, unless the application asked for IPv6 alone, which the kernel's tables do not show. */
function takes(listening: string, address: string): boolean {
  return listening === address || listening === '::' || (listening === '0.0.0.0' && !address.includes(':'));
}

function hostPort(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}
