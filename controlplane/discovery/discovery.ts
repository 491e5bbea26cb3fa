import { collectPerTurn } from '../../common/collect-per-turn.ts';
import type { Log } from '../../common/log.ts';
import type { NameAddresses } from '../../common/addresses/seen-addresses.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { Authority, Certificate, ExternalInputs, Instance } from '../translate/external-inputs.ts';
import type { Problem } from '../translate/problems.ts';
import type { Watch } from './watch.ts';
import { openCache, NO_CACHE } from './cache.ts';
import { createRegistry, type Registry } from './registry.ts';
import type { DiscoverySettings } from './settings.ts';
import { createSources } from './sources.ts';

/** External inputs of translation: each service, certificate and name has one watch, however many subscribers it has. */
export type Discovery = {
  /** Begins a round of a subscriber's lookups; `found` is for translate. */
  readonly ask: (subscriber: string) => Asking;
  /** Lookups without a subscription. A value that is unknown at first becomes known a little later. */
  readonly peek: ExternalInputs;
  /** Called with the subscribers whose answers changed, or arrived for the first time. Returns a function that stops it. */
  readonly onChange: (listener: (subscribers: ReadonlySet<string>) => void) => () => void;
  /** The reasons why a subscriber's answers are not fresh, or not usable, now or soon. */
  readonly troublesOf: (subscriber: string) => readonly Problem[];
  /** When certificates and authorities in use expire, in seconds since 1970, by ARN. */
  readonly ends: () => ReadonlyMap<string, number>;
  /** The age of the oldest answer in use, in seconds, by source. */
  readonly ages: () => ReadonlyMap<string, number>;
  readonly close: () => Promise<void>;
};

/** One round of lookups. */
export type Asking = {
  readonly found: ExternalInputs;
  /**
   * Ends the round. Returns whether a first answer is still pending: the subscriber is notified when it arrives or is late, as
   * of a change.
   */
  readonly end: () => boolean;
};

/** Opens discovery without subscribers. The first subscriber loads the SDK and starts requests to AWS. */
export async function openDiscovery(
  settings: DiscoverySettings,
  log: Log,
  metrics: Pick<Metrics, 'poll'>,
): Promise<Discovery> {
  const { cloudMapCache } = settings;
  const cache = cloudMapCache === undefined ? NO_CACHE : await openCache(cloudMapCache, log);
  const sources = createSources(settings, { cache, log, onPoll: metrics.poll });
  const listeners = new Set<(subscribers: ReadonlySet<string>) => void>();
  // Answers often arrive together: a subscriber to several of them is notified once.
  const changed = collectPerTurn<string, true>((all) => {
    const subscribers = new Set(all.keys());
    for (const listener of listeners) listener(subscribers);
  });
  const tell = (subscribers: Iterable<string>): void => {
    for (const subscriber of subscribers) changed(subscriber, true);
  };

  const instances = createRegistry<readonly Instance[]>(tell);
  const certificates = createRegistry<Certificate>(tell);
  const authorities = createRegistry<Authority>(tell);
  const addresses = createRegistry<NameAddresses>(tell);
  const dated = { instances, certificates, authorities };
  const registries = { ...dated, addresses };

  return {
    ask(subscriber) {
      const sessions = {
        instances: instances.begin(subscriber),
        certificates: certificates.begin(subscriber),
        authorities: authorities.begin(subscriber),
        addresses: addresses.begin(subscriber),
      };
      return {
        found: sources.found({
          instances: sessions.instances.ask,
          certificates: sessions.certificates.ask,
          authorities: sessions.authorities.ask,
          addresses: sessions.addresses.ask,
        }),
        end: () =>
          Object.values(sessions)
            .map((session) => session.end())
            .includes(true),
      };
    },
    peek: sources.found({
      instances: instances.peek,
      certificates: certificates.peek,
      authorities: authorities.peek,
      addresses: addresses.peek,
    }),
    onChange: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    troublesOf: (subscriber) =>
      Object.values(registries).flatMap((registry) => registry.watchesOf(subscriber).flatMap(problems)),
    ages: () => new Map(Object.entries(dated).map(([source, registry]) => [source, oldest(registry)])),
    ends: () => new Map([certificates, authorities].flatMap((registry) => registry.entries().flatMap(end))),
    close: async () => {
      for (const registry of Object.values(registries)) registry.close();
      sources.close();
      await cache.close();
    },
  };
}

function problems([key, watch]: readonly [string, Watch<unknown>]): readonly Problem[] {
  const warnings = (watch.warnings?.() ?? []).map((what) => ({ where: key, what }));
  const trouble = watch.trouble();
  if (trouble === undefined) return warnings;
  const at = watch.answeredAt();
  const stays = at === undefined ? '' : `; the answer of ${new Date(at).toISOString()} stays in force`;
  const what = `requests have failed since ${new Date(trouble.since).toISOString()}: ${trouble.reason}${stays}`;
  return [{ where: key, what }, ...warnings];
}

function end([arn, watch]: readonly [string, Watch<unknown>]): readonly (readonly [string, number])[] {
  const time = watch.end?.();
  return time === undefined ? [] : [[arn, time / 1000]];
}

function oldest({ entries }: Pick<Registry<unknown>, 'entries'>): number {
  const times = entries().flatMap(([, watch]) => watch.answeredAt() ?? []);
  return times.length === 0 ? 0 : (Date.now() - Math.min(...times)) / 1000;
}
