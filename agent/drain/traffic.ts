/** Active traffic of the listeners of one direction. */
export type Traffic = {
  /** Active HTTP requests and streams. */
  readonly requests: number;
  /** Open connections that are not HTTP. */
  readonly connections: number;
};

/** Traffic according to one reading of Envoy's statistics. */
export type TrafficSample = {
  readonly ingress: Traffic;
  readonly egress: Traffic;
  /** Counters that grow with each new request and with each new connection that is not HTTP. */
  readonly begun: readonly number[];
};

/** Regular expression (RE2) that matches the statistics of `readTraffic`. Envoy reports each of them without delay. */
export const TRAFFIC_STATS = String.raw`^(listener\..+\.downstream_cx|http\..+\.downstream_(cx|rq))_(active|total)$`;

/** The outbound listeners: 15001, which a virtual node's application and the second pass of a gateway use, and those on loopback. */
const EGRESS_LISTENER = /^listener\.(?:.*_15001|127\.0\.0\.1_\d+)\./;
const EGRESS_REQUESTS = /^http\.egress\./;
/** The admin interface counts the agent's own requests; a worker's numbers are part of its listener's. */
const LEFT_OUT = /^(?:listener|http)\.admin\.|\.worker_\d+\./;

/**
 * Reads the traffic from statistics. A listener counts all connections and its connection manager the HTTP ones; the difference is
 * the other protocols. A gateway's own connections to its second pass are HTTP.
 */
export function readTraffic(stats: ReadonlyMap<string, number>): TrafficSample {
  const ofTraffic = Array.from(stats).filter(([name]) => !LEFT_OUT.test(name));
  const egress = sums(ofTraffic.filter(([name]) => isEgress(name)));
  const ingress = sums(ofTraffic.filter(([name]) => !isEgress(name)));
  return {
    ingress: traffic(ingress),
    egress: traffic(egress),
    begun: [ingress, egress].flatMap((sum) => [
      sum('http', 'rq_total'),
      sum('listener', 'cx_total') - sum('http', 'cx_total'),
    ]),
  };
}

type Sum = (of: 'listener' | 'http', what: string) => number;

function traffic(sum: Sum): Traffic {
  return {
    requests: sum('http', 'rq_active'),
    connections: sum('listener', 'cx_active') - sum('http', 'cx_active'),
  };
}

function sums(stats: readonly (readonly [string, number])[]): Sum {
  return (of, what) =>
    stats
      .filter(([name]) => name.startsWith(`${of}.`) && name.endsWith(`.downstream_${what}`))
      .reduce((sum, [, value]) => sum + value, 0);
}

function isEgress(name: string): boolean {
  return EGRESS_LISTENER.test(name) || EGRESS_REQUESTS.test(name);
}
