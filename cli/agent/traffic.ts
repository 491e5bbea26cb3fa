/** Statistics of one group of listeners, by Envoy's stat prefix, such as `http.ingress` or `tcp.ingress.tcp.5432`. */
export type TrafficRow = {
  readonly prefix: string;
  readonly active: number;
  /** Requests, or connections of another protocol, in a second. */
  readonly perSecond: number;
  /** Responses of 5xx, or failed connections, in a second. */
  readonly errorsPerSecond: number;
};

/** Statistics by name. */
export type Stats = ReadonlyMap<string, number>;

/** RE2: the statistics that `trafficRows` reads. */
export const TRAFFIC_FILTER = String.raw`^http\..+\.downstream_(rq_total|rq_5xx|cx_active)$|^tcp\..+\.downstream_(cx_total|cx_no_route)$`;

/** Returns the rows from two samples, `seconds` apart: only prefixes that Envoy serves callers with. */
export function trafficRows(before: Stats, after: Stats, seconds: number): readonly TrafficRow[] {
  const rate = (name: string): number =>
    Math.max(0, ((after.get(name) ?? 0) - (before.get(name) ?? 0)) / seconds);
  const prefixes = new Set(
    [...after.keys()].flatMap((name) => {
      const prefix = /^((?:http|tcp)\..+)\.downstream_(?:rq_total|cx_total)$/.exec(name)?.[1];
      return prefix === undefined || /^http\.(?:admin|async-client)$/.test(prefix) ? [] : [prefix];
    }),
  );
  return [...prefixes].toSorted().map((prefix) => {
    const isHttp = prefix.startsWith('http.');
    return {
      prefix,
      active: after.get(`${prefix}.downstream_cx_active`) ?? 0,
      perSecond: rate(`${prefix}.${isHttp ? 'downstream_rq_total' : 'downstream_cx_total'}`),
      errorsPerSecond: rate(`${prefix}.${isHttp ? 'downstream_rq_5xx' : 'downstream_cx_no_route'}`),
    };
  });
}

/** Parses `GET /stats?format=json`. */
export function parseStats(body: string): Stats {
  const { stats } = JSON.parse(body) as { readonly stats: readonly { name?: string; value?: number }[] };
  return new Map(stats.flatMap(({ name, value }) => (name === undefined ? [] : [[name, Number(value)]])));
}
