import type { Log } from '../../common/log.ts';
import type { NameAddresses } from '../../common/addresses/seen-addresses.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { Authority, Certificate, ExternalInputs, Instance } from '../translate/external-inputs.ts';
import type { Problem } from '../translate/problems.ts';
import type { Following } from './watch.ts';
import { openMemory, NO_MEMORY } from './cache.ts';
import { createRegistry, type Registry } from './registry.ts';
import type { DiscoverySettings } from './settings.ts';
import { createSources } from './sources.ts';

/** What is looked for outside the model, for those who ask: each service and certificate once, however many ask. */
export type Discovery = {
  /** An asker begins to ask anew; `found` is for translate. */
  readonly ask: (asker: string) => Asking;
  /** For somebody who is told of no change. What is not known yet is, when he asks again a little later. */
  readonly glance: ExternalInputs;
  /** Is told whose answers have changed, or are first there. Returns how to stop. */
  readonly onChange: (listener: (askers: ReadonlySet<string>) => void) => () => void;
  /** What keeps an asker's answers from being fresh, or from being of use, now or soon. */
  readonly troublesOf: (asker: string) => readonly Problem[];
  /** When certificates and authorities in use end, in seconds since 1970, by ARN. */
  readonly ends: () => ReadonlyMap<string, number>;
  /** The age of the oldest answer in use, in seconds, by source. */
  readonly ages: () => ReadonlyMap<string, number>;
  readonly close: () => Promise<void>;
};

/** One round of questions. */
export type Asking = {
  readonly found: ExternalInputs;
  /** Ends the round. Answers whether a first answer is still due: of that, or that it is late, the asker is told as of a change. */
  readonly end: () => boolean;
};

/** Starts with nothing asked. The SDK is loaded, and AWS asked, only when somebody asks. */
export async function openDiscovery(
  settings: DiscoverySettings,
  log: Log,
  metrics: Pick<Metrics, 'poll'>,
): Promise<Discovery> {
  const { cloudMapCache } = settings;
  const memory = cloudMapCache === undefined ? NO_MEMORY : await openMemory(cloudMapCache, log);
  const sources = createSources(settings, { memory, log, onPoll: metrics.poll });
  const listeners = new Set<(askers: ReadonlySet<string>) => void>();
  let changed = new Set<string>();

  // Answers often come together: who asked for several of them is told once.
  function tell(askers: Iterable<string>): void {
    if (changed.size === 0) setImmediate(tellAll);
    for (const asker of askers) changed.add(asker);
  }
  function tellAll(): void {
    const askers = changed;
    changed = new Set();
    for (const listener of listeners) listener(askers);
  }

  const instances = createRegistry<readonly Instance[]>(tell);
  const certificates = createRegistry<Certificate>(tell);
  const authorities = createRegistry<Authority>(tell);
  const addresses = createRegistry<NameAddresses>(tell);
  const dated = { instances, certificates, authorities };
  const registries = { ...dated, addresses };

  return {
    ask(asker) {
      const sessions = {
        instances: instances.begin(asker),
        certificates: certificates.begin(asker),
        authorities: authorities.begin(asker),
        addresses: addresses.begin(asker),
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
    glance: sources.found({
      instances: instances.glance,
      certificates: certificates.glance,
      authorities: authorities.glance,
      addresses: addresses.glance,
    }),
    onChange: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    troublesOf: (asker) =>
      Object.values(registries).flatMap((registry) => registry.askedBy(asker).flatMap(problems)),
    ages: () => new Map(Object.entries(dated).map(([source, registry]) => [source, oldest(registry)])),
    ends: () => new Map([certificates, authorities].flatMap((registry) => registry.entries().flatMap(end))),
    close: async () => {
      for (const registry of Object.values(registries)) registry.close();
      sources.close();
      await memory.close();
    },
  };
}

function problems([key, following]: readonly [string, Following<unknown>]): readonly Problem[] {
  const warnings = (following.warnings?.() ?? []).map((what) => ({ where: key, what }));
  const trouble = following.trouble();
  if (trouble === undefined) return warnings;
  const at = following.answeredAt();
  const stays = at === undefined ? '' : `; the answer of ${new Date(at).toISOString()} stays in force`;
  const what = `it cannot be asked since ${new Date(trouble.since).toISOString()}: ${trouble.reason}${stays}`;
  return [{ where: key, what }, ...warnings];
}

function end([arn, following]: readonly [string, Following<unknown>]): readonly (readonly [
  string,
  number,
])[] {
  const time = following.end?.();
  return time === undefined ? [] : [[arn, time / 1000]];
}

function oldest({ entries }: Pick<Registry<unknown>, 'entries'>): number {
  const times = entries().flatMap(([, following]) => following.answeredAt() ?? []);
  return times.length === 0 ? 0 : (Date.now() - Math.min(...times)) / 1000;
}
