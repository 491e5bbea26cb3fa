import { coded } from '../codes.ts';
import type { Log } from '../../common/log.ts';
import type { Cidr } from '../../common/addresses/ip-range.ts';
import { boundedWarnings } from '../bounded-warnings.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { createConnectionTracker, type ConnectionTracker } from './connection-tracker.ts';
import type { CloseReason } from './connection-limiter.ts';
import { withinOpenFiles, type ListenerLimits } from './limits.ts';
import { openFileLimit } from './open-files.ts';

/** The listeners of a control plane. */
export const LISTENERS = ['api', 'ads'] as const;

/** The time limit of an unauthenticated connection to ADS, in milliseconds. The API has the time limit of a request. */
const SILENT_MS = 30_000;

const WHY: Readonly<Record<CloseReason | 'header', string>> = {
  full: 'connection refused: all connections of the limit are busy',
  replaced: 'connection closed: an idle or unauthenticated connection made room for another',
  header: 'connection closed: the balancer sent no valid PROXY protocol version 2 header',
  silent: 'connection closed: the client did not authenticate in time',
};

/** `balancers`: the addresses of balancers that send PROXY protocol version 2 headers. */
export type TrackerSettings = {
  readonly connections: ListenerLimits;
  readonly balancers: Readonly<Record<(typeof LISTENERS)[number], readonly Cidr[]>>;
};

/** Creates a tracker for each listener, within the settings and the process's file descriptors. It counts and logs closed connections. */
export function openConnectionTrackers(
  { connections: wanted, balancers }: TrackerSettings,
  log: Log,
  metrics: Pick<Metrics, 'closedConnection' | 'gaugeBy'>,
): Readonly<Record<(typeof LISTENERS)[number], ConnectionTracker>> {
  const openFiles = openFileLimit();
  const limits = withinOpenFiles(wanted, openFiles);
  if (limits.ads.all < wanted.ads.all || limits.api.all < wanted.api.all) {
    const connections = { ads: limits.ads.all, api: limits.api.all };
    log.warn(
      coded('FEW_OPEN_FILES', { openFiles, connections }),
      'the limit on open files (ulimit -n) lowers the limits on connections',
    );
  }
  const warn = boundedWarnings(log);
  const tracker = (listener: (typeof LISTENERS)[number]): ConnectionTracker =>
    createConnectionTracker({
      limits: limits[listener],
      balancers: balancers[listener],
      ...(listener === 'ads' ? { silentMs: SILENT_MS } : {}),
      onClosed(why, address, reason) {
        metrics.closedConnection(listener, why);
        warn({ listener, why, address, reason }, WHY[why]);
      },
    });
  const trackers = { api: tracker('api'), ads: tracker('ads') };
  const gauge = (name: string, help: string, of: 'known' | 'strangers'): void =>
    metrics.gaugeBy(
      name,
      help,
      'listener',
      () => new Map(LISTENERS.map((listener) => [listener, trackers[listener].counts()[of]])),
    );
  gauge('connections', 'Authenticated connections, by listener', 'known');
  gauge('unidentified_connections', 'Unauthenticated connections, by listener', 'strangers');
  return trackers;
}
