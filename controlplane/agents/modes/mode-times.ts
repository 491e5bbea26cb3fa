/** The times of a change, in milliseconds. */
export type ModeTimes = {
  /** How long proxies must have been settled: Envoy resolves the host names of a new cluster after its ACK. */
  readonly settled: number;
  /** The longest time of a change, because a proxy may never answer. */
  readonly most: number;
  /** How long a change of an earlier process goes on at least: proxies have to connect again. */
  readonly restarted: number;
  /** How often the proxies are checked. */
  readonly every: number;
};

/** The times of a change. */
export const MODE_TIMES: ModeTimes = {
  settled: 10_000,
  most: 300_000,
  restarted: 60_000,
  every: 1000,
};
