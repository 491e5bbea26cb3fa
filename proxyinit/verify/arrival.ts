import type { Probe } from './probes.ts';
import { readSockets, type Endpoint } from './sockets.ts';

/** What one probe says, in words. */
export type Finding = { readonly verdict: 'right' | 'wrong' | 'unsure'; readonly text: string };

/**
 * What happened to a connection: the port of this host where it arrived, undefined where it was answered from elsewhere; or what the
 * system said.
 */
export type Outcome = { readonly arrived: number | undefined } | { readonly code: string };

const SAID: Readonly<Record<string, string>> = {
  ETIMEDOUT: 'nobody answered',
  ECONNREFUSED: 'nothing listens there',
  EHOSTUNREACH: 'no such host',
  ECONNRESET: 'it was closed at once',
};

/** The port at which the connection whose far end is `end` arrived on this host; undefined where it is not on this host. */
export async function arrivalOf(end: Endpoint): Promise<number | undefined> {
  const sockets = await readSockets('tcp');
  return sockets.find(({ remote }) => remote.address === end.address && remote.port === end.port)?.local.port;
}

/** Holds what happened against what should have. Something else that answers in Envoy's place is wrong either way. */
export function judge({ family, what, port, arrives }: Probe, address: string, outcome: Outcome): Finding {
  const title = `${family === 'ipv4' ? 'IPv4' : 'IPv6'} ${what}, to ${address} port ${port}`;
  const happened = describe(outcome);
  if (arrives === undefined) {
    // Where it should pass by, it may meet anybody or nobody, but for what stands for redirected traffic.
    const redirected = 'arrived' in outcome && outcome.arrived !== undefined && outcome.arrived !== port;
    return redirected
      ? { verdict: 'wrong', text: `${title}: ${happened}, and should have been left alone` }
      : { verdict: 'right', text: `${title}: left alone, as it should be (${happened})` };
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
