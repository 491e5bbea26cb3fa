/** What goes through the listeners of one direction. */
export type Traffic = {
  /** HTTP requests and streams under way. */
  readonly requests: number;
  /** Connections that are not HTTP, and open. */
  readonly connections: number;
};

/** What one answer of Envoy's statistics says of its traffic. */
export type TrafficSeen = {
  readonly ingress: Traffic;
  readonly egress: Traffic;
  /** Counters that grow with each new request and with each new connection that is not HTTP. */
  readonly begun: readonly number[];
};

/** The statistics that `trafficSeen` reads, as a regular expression (RE2). Each is exact in every answer. */
export const TRAFFIC_STATS = String.raw`^(listener\..+\.downstream_cx|http\..+\.downstream_(cx|rq))_(active|total)$`;

/** Where a virtual node's application and the second pass of a gateway come in: the only listener of outbound traffic. */
const EGRESS_LISTENER = /^listener\..*_15001\./;
const EGRESS_REQUESTS = /^http\.egress\./;
/** The one who asks is in the statistics of the admin interface; a worker's are in those of its listener too. */
const LEFT_OUT = /^(?:listener|http)\.admin\.|\.worker_\d+\./;

/**
 * Reads the traffic from statistics. A listener counts all connections, its connection manager those that are HTTP, so the
 * difference is the others. A gateway's own connections to its second pass are HTTP.
 */
export function trafficSeen(stats: ReadonlyMap<string, number>): TrafficSeen {
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
