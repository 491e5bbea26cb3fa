import { isIP } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { askHost } from '../../common/addresses/ask-host.ts';
import { errorText } from '../../common/error-text.ts';
import { withTimeout } from '../../common/limits/with-timeout.ts';
import type { Log } from '../../common/log.ts';
import type { AgentSettings } from '../settings/settings.ts';
import { preferred, type AskName } from './ask-name.ts';
import type { LateCollector } from './late-collector.ts';

/** Settings in which each collector has an IP address, and the collectors among them whose names do not resolve yet. */
export type ResolvedSettings = { readonly settings: AgentSettings; readonly late: readonly LateCollector[] };

/** Options of `resolveCollectors`. */
export type ResolveOptions = {
  /** Resolves a name. Default: the host's resolver. */
  readonly ask?: AskName;
  /** Milliseconds for all names together. Default: 3000. */
  readonly limitMs?: number;
  readonly log: Log;
};

const LIMIT_MS = 3000;
const RETRY_MS = 250;

/**
 * Resolves the names of the collectors that Envoy reaches over UDP, because Envoy takes only addresses there: StatsD's and X-Ray's. If a
 * name does not resolve within the limit, the collector gets a port of loopback, from which the agent sends on once the name resolves.
 */
export async function resolveCollectors(
  settings: AgentSettings,
  { ask = askHost, limitMs = LIMIT_MS, log }: ResolveOptions,
): Promise<ResolvedSettings> {
  // Not the clock of the host, which may jump while it boots.
  const until = performance.now() + limitMs;
  const { dogStatsd } = settings.stats;
  const { tracing } = settings;
  const late = new Map<string, LateCollector>();

  async function reach<T extends Collector>(variable: string, collector: T): Promise<T> {
    const found = await resolve(collector.host, ask, until);
    if ('address' in found) return { ...collector, host: found.address };
    const { host: name, port } = collector;
    const { openLateCollector } = await import('./late-collector.ts');
    const later = await openLateCollector({ variable, name, port, why: found.why, ask, log });
    late.set(variable, later);
    return { ...collector, host: later.host, port: later.port };
  }

  const [sink, tracer] = await Promise.all([
    dogStatsd?.kind === 'udp' ? reach('STATSD_ADDRESS', dogStatsd) : dogStatsd,
    tracing?.kind === 'xray' ? reach('AWS_XRAY_DAEMON_ADDRESS', tracing) : tracing,
  ]);
  const inOrder = ['STATSD_ADDRESS', 'AWS_XRAY_DAEMON_ADDRESS'].flatMap(
    (variable) => late.get(variable) ?? [],
  );
  const resolved = { ...settings, stats: { ...settings.stats, dogStatsd: sink }, tracing: tracer };
  return { settings: resolved, late: inOrder };
}

type Collector = { readonly host: string; readonly port: number };

type Resolved = { readonly address: string } | { readonly why: string };

/** Asks until there is an address, or until `performance.now()` is `until`. A name in a new network may take a moment to exist. */
async function resolve(name: string, ask: AskName, until: number): Promise<Resolved> {
  if (isIP(name) !== 0) return { address: name };
  let why: string;
  do {
    try {
      const left = Math.max(1, until - performance.now());
      const { addresses } = await withTimeout(left, 'no answer', ask(name));
      const address = preferred(addresses);
      if (address !== undefined) return { address };
      why = 'no address';
    } catch (error) {
      why = errorText(error);
    }
    await delay(Math.min(RETRY_MS, Math.max(0, until - performance.now())));
  } while (performance.now() < until);
  return { why };
}
