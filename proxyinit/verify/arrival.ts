import type { Probe } from './probes.ts';
import { readSockets, type Endpoint } from './sockets.ts';

/** Result of one probe, with its text. */
export type Finding = { readonly verdict: 'right' | 'wrong' | 'unsure'; readonly text: string };

/**
 * Outcome of a connection: the port of this host where it arrived, undefined if another host answered; or the error code.
 */
export type Outcome = { readonly arrived: number | undefined } | { readonly code: string };

const SAID: Readonly<Record<string, string>> = {
  ETIMEDOUT: 'no answer',
  ECONNREFUSED: 'nothing listens there',
  EHOSTUNREACH: 'no such host',
  ECONNRESET: 'it was closed at once',
};

/** Returns the port of this host where the connection from `end` arrived; undefined if it is not on this host. */
export async function arrivalOf(end: Endpoint): Promise<number | undefined> {
  const sockets = await readSockets('tcp');
  return sockets.find(({ remote }) => remote.address === end.address && remote.port === end.port)?.local.port;
}

/** Compares the outcome with the expected one. */
export function judge({ family, what, port, arrives }: Probe, address: string, outcome: Outcome): Finding {
  const title = `${family === 'ipv4' ? 'IPv4' : 'IPv6'} ${what}, to ${address} port ${port}`;
  const happened = describe(outcome);
  if (arrives === undefined) {
    // A connection that should bypass Envoy may have any outcome except arriving at another port of this host.
    const redirected = 'arrived' in outcome && outcome.arrived !== undefined && outcome.arrived !== port;
    return redirected
      ? { verdict: 'wrong', text: `${title}: ${happened}, and should have bypassed Envoy` }
      : { verdict: 'right', text: `${title}: bypasses Envoy, as it should (${happened})` };
  }
  if ('arrived' in outcome && outcome.arrived === arrives) {
    return { verdict: 'right', text: `${title}: ${happened}, as it should` };
  }
  return { verdict: 'wrong', text: `${title}: ${happened}, and should have arrived at port ${arrives}` };
}

function describe(outcome: Outcome): string {
  if ('code' in outcome) return SAID[outcome.code] ?? outcome.code;
  return outcome.arrived === undefined ? 'answered from elsewhere' : `arrived at port ${outcome.arrived}`;
}
