/** Statistics of one listener, by the address in Envoy's statistics, such as `0.0.0.0_15000`. */
export type TrafficRow = {
  readonly listener: string;
  readonly active: number;
  /** Unit of `perSecond`: connections if the listener has no HTTP. */
  readonly unit: 'requests' | 'connections';
  readonly perSecond: number;
  /** Responses with a status 5xx, or connections that match no filter chain, per second. */
  readonly errorsPerSecond: number;
};

/** Statistics by name. */
export type Stats = ReadonlyMap<string, number>;

/** RE2: the statistics that `trafficRows` reads. */
export const TRAFFIC_FILTER = String.raw`^listener\..+\.(downstream_cx_(active|total)|no_filter_chain_match|http\..+\.downstream_rq_(completed|5xx))$`;

const CONNECTIONS = /^listener\.(.+)\.downstream_cx_total$/;
/** Statistics of a worker, or of the admin interface. */
const INNER = /\.worker_\d+$|^admin(?:\.|$)/;

/** Returns the rows from two samples, `seconds` apart, of the listeners that Envoy serves callers with. */
export function trafficRows(before: Stats, after: Stats, seconds: number): readonly TrafficRow[] {
  const rate = (names: readonly string[]): number =>
    names.reduce((sum, name) => sum + Math.max(0, (after.get(name) ?? 0) - (before.get(name) ?? 0)), 0) /
    seconds;
  const names = [...after.keys()];
  const listeners = names
    .flatMap((name) => CONNECTIONS.exec(name)?.[1] ?? [])
    .filter((name) => !INNER.test(name));
  return listeners.toSorted().map((listener) => {
    const own = `listener.${listener}.`;
    const http = names.filter((name) => name.startsWith(`${own}http.`));
    const requests = http.filter((name) => name.endsWith('.downstream_rq_completed'));
    const isHttp = requests.length > 0;
    return {
      listener,
      active: after.get(`${own}downstream_cx_active`) ?? 0,
      unit: isHttp ? 'requests' : 'connections',
      perSecond: rate(isHttp ? requests : [`${own}downstream_cx_total`]),
      errorsPerSecond: rate(
        isHttp ? http.filter((name) => name.endsWith('.downstream_rq_5xx')) : [`${own}no_filter_chain_match`],
      ),
    };
  });
}

/** Parses `GET /stats?format=json`. */
export function parseStats(body: string): Stats {
  const { stats } = JSON.parse(body) as { readonly stats: readonly { name?: string; value?: number }[] };
  return new Map(stats.flatMap(({ name, value }) => (name === undefined ? [] : [[name, Number(value)]])));
}
