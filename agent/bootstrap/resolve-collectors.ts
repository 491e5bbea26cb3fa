import { isIP } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { askHost } from '../../common/addresses/ask-host.ts';
import { errorText } from '../../common/error-text.ts';
import { withTimeout } from '../../common/limits/with-timeout.ts';
import type { AgentSettings } from '../settings/settings.ts';

/** Settings in which each collector has an IP address, and texts about collectors that are left out. */
export type ResolvedSettings = { readonly settings: AgentSettings; readonly leftOut: readonly string[] };

/** Options of `resolveCollectors`. */
export type ResolveOptions = {
  /** Resolves a name. Default: the host's resolver. */
  readonly ask?: (name: string) => Promise<{ readonly addresses: readonly string[] }>;
  /** Milliseconds for all names together. Default: 3000. */
  readonly limitMs?: number;
};

const LIMIT_MS = 3000;
const RETRY_MS = 250;

/**
 * Resolves the names of the collectors that Envoy reaches over UDP, because Envoy takes only addresses there: StatsD's and X-Ray's. A
 * collector whose name does not resolve within the limit is left out: a proxy without telemetry is better than none.
 */
export async function resolveCollectors(
  settings: AgentSettings,
  { ask = askHost, limitMs = LIMIT_MS }: ResolveOptions = {},
): Promise<ResolvedSettings> {
  // Not the clock of the host, which may jump while it boots.
  const until = performance.now() + limitMs;
  const { dogStatsd } = settings.stats;
  const { tracing } = settings;
  const [sink, tracer] = await Promise.all([
    dogStatsd?.kind === 'udp' ? resolve('STATSD_ADDRESS', dogStatsd, ask, until) : { found: dogStatsd },
    tracing?.kind === 'xray' ? resolve('AWS_XRAY_DAEMON_ADDRESS', tracing, ask, until) : { found: tracing },
  ]);
  return {
    settings: { ...settings, stats: { ...settings.stats, dogStatsd: sink.found }, tracing: tracer.found },
    leftOut: [sink, tracer].flatMap((each) => ('problem' in each ? [each.problem] : [])),
  };
}

type Resolved<T> = { readonly found: T } | { readonly found: undefined; readonly problem: string };

/** Asks until there is an address, or until `performance.now()` is `until`. A name in a new network may take a moment to exist. */
async function resolve<T extends { readonly host: string }>(
  variable: string,
  collector: T,
  ask: NonNullable<ResolveOptions['ask']>,
  until: number,
): Promise<Resolved<T>> {
  if (isIP(collector.host) !== 0) return { found: collector };
  let why: string;
  do {
    try {
      const left = Math.max(1, until - performance.now());
      const { addresses } = await withTimeout(left, 'no answer', ask(collector.host));
      // Envoy sends to one address. IPv4 first: most daemons bind 0.0.0.0.
      const address = addresses.find((each) => isIP(each) === 4) ?? addresses[0];
      if (address !== undefined) return { found: { ...collector, host: address } };
      why = 'no address';
    } catch (error) {
      why = errorText(error);
    }
    await delay(Math.min(RETRY_MS, Math.max(0, until - performance.now())));
  } while (performance.now() < until);
  const consequence = 'Envoy starts without this collector; restart the agent once the name resolves';
  return { found: undefined, problem: `${variable}=${collector.host}: ${why}; ${consequence}` };
}
