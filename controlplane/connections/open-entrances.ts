import type { Log } from '../../common/log.ts';
import type { Cidr } from '../../common/ip-range.ts';
import { boundedWarnings } from '../bounded-warnings.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { createEntrance, type Entrance } from './entrance.ts';
import type { TurnedAway } from './gate.ts';
import { withinOpenFiles, type ListenerLimits } from './limits.ts';
import { openFileLimit } from './open-files.ts';

/** The listeners of a control plane. */
export const LISTENERS = ['api', 'ads'] as const;

/** How long a connection to ADS may show nothing of who it is, in milliseconds. The API's have the time limit of a request. */
const SILENT_MS = 30_000;

const WHY: Readonly<Record<TurnedAway | 'header', string>> = {
  full: 'a connection was refused: all places are taken by clients that are at work',
  replaced: 'a connection that was not at work, or had not shown who it is, made room for another',
  header: 'a balancer sent no header of PROXY protocol version 2 that can be used',
  silent: 'a connection was closed that did not show who it is',
};

/** `balancers`: where those are that send a header of PROXY protocol version 2. */
export type EntranceSettings = {
  readonly connections: ListenerLimits;
  readonly balancers: Readonly<Record<(typeof LISTENERS)[number], readonly Cidr[]>>;
};

/** An entrance for each listener, within what is wanted and what the process may open. What is turned away is counted and logged. */
export function openEntrances(
  { connections: wanted, balancers }: EntranceSettings,
  log: Log,
  metrics: Pick<Metrics, 'turnedAway' | 'gaugeBy'>,
): Readonly<Record<(typeof LISTENERS)[number], Entrance>> {
  const openFiles = openFileLimit();
  const limits = withinOpenFiles(wanted, openFiles);
  if (limits.ads.all < wanted.ads.all || limits.api.all < wanted.api.all) {
    const connections = { ads: limits.ads.all, api: limits.api.all };
    log.warn({ openFiles, connections }, 'this process may open few files (ulimit -n): fewer connections');
  }
  const warn = boundedWarnings(log);
  const entrance = (listener: (typeof LISTENERS)[number]): Entrance =>
    createEntrance({
      limits: limits[listener],
      balancers: balancers[listener],
      ...(listener === 'ads' ? { silentMs: SILENT_MS } : {}),
      onTurnedAway(why, address, reason) {
        metrics.turnedAway(listener, why);
        warn({ listener, why, address, reason }, WHY[why]);
      },
    });
  const entrances = { api: entrance('api'), ads: entrance('ads') };
  const gauge = (name: string, help: string, of: 'known' | 'strangers'): void =>
    metrics.gaugeBy(
      name,
      help,
      'listener',
      () => new Map(LISTENERS.map((listener) => [listener, entrances[listener].counts()[of]])),
    );
  gauge('connections', 'Connections of clients that have shown who they are, by listener', 'known');
  gauge('unidentified_connections', 'Connections that have not shown who they are, by listener', 'strangers');
  return entrances;
}
