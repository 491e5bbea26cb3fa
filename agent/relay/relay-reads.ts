import type { DeltaUpdate } from '../../xds/client/update.ts';
import type { Resource, TypeUrl } from '../../xds/types.ts';
import type { AcceptedConfig } from './accepted-config.ts';
import { configurationState, type ConfigurationState } from './configuration-state.ts';
import type { ConnectionReport } from './connection-status.ts';
import type { EnvoyAnswers } from './envoy-answers.ts';
import type { MissingSecrets } from './missing-secrets.ts';
import type { RelayedConfig } from './relayed-config.ts';
import type { RelayedSubscriptions } from './relayed-subscriptions.ts';

/** The parts of a relay that its reads are made of. */
export type ReadableParts = {
  readonly config: RelayedConfig;
  readonly subscriptions: RelayedSubscriptions;
  readonly missing: MissingSecrets;
  readonly pending: ReadonlyMap<TypeUrl, DeltaUpdate>;
  readonly connection: ConnectionReport;
  readonly accepted: AcceptedConfig;
  readonly answers: EnvoyAnswers;
  readonly envoyVersion: () => string;
};

/** Returns the functions of a relay that change nothing. */
export function readsOf(parts: ReadableParts) {
  const { config, subscriptions, missing, pending, connection, accepted, answers } = parts;

  function configuration(): ConfigurationState {
    const { connectedSince, connectedMs } = connection.status();
    return configurationState({
      isEmpty: config.snapshot().size === 0,
      connectedSince,
      connectedMs,
      acceptedAt: accepted.status().acceptedAt,
      isPending: pending.size > 0,
    });
  }

  return {
    status: () => ({
      ...connection.status(),
      ...accepted.status(),
      configuration: configuration(),
      envoyVersion: parts.envoyVersion(),
      withoutKeys: missing.names(),
      ...answers.status(),
    }),
    served: (typeUrl: TypeUrl): Iterable<Resource> =>
      config.snapshot().get(typeUrl)?.resources.values() ?? [],
    kept() {
      const { connected: isLive, disconnectedSince } = connection.status();
      return {
        types: new Map(config.good()),
        withoutKeys: missing.names(),
        isWhole: pending.size === 0 && !answers.isSearching() && subscriptions.isCoveredBy(config.good()),
        isLive,
        liveAt: disconnectedSince ?? new Date(),
      };
    },
  };
}
