import type { Log } from '../../common/log.ts';
import type { DeltaClient } from '../../xds/client/client.ts';
import type { EnvoyAnswers } from './envoy-answers.ts';
import type { EnvoyEvents } from './envoy-streams.ts';
import type { MissingSecrets } from './missing-secrets.ts';
import type { RelayedConfig } from './relayed-config.ts';
import type { RelayedSubscriptions } from './relayed-subscriptions.ts';

/** The parts of a relay that Envoy's events concern. */
export type EnvoySideOptions = {
  readonly config: RelayedConfig;
  readonly subscriptions: RelayedSubscriptions;
  readonly missing: MissingSecrets;
  readonly answers: () => EnvoyAnswers;
  readonly upstream: () => Pick<DeltaClient, 'subscribe'>;
  readonly onVersion: (envoyVersion: string) => void;
  readonly onKeptChange: () => void;
  readonly log: Log;
};

/** Returns the reactions to Envoy's stream: its subscriptions go to the control plane, its answers to `answers`. */
export function envoySide(options: EnvoySideOptions): EnvoyEvents {
  const { config, subscriptions, missing, answers, upstream, log } = options;
  return {
    onAck: (_key, answer) => answers().answered(answer),
    onSubscription(_key, typeUrl, subscription) {
      const { names, dropped } = subscriptions.update(typeUrl, subscription);
      missing.begin();
      if (dropped.length > 0) {
        config.forget(typeUrl, dropped);
        missing.dropped(typeUrl, dropped);
        options.onKeptChange();
      }
      upstream().subscribe(typeUrl, names);
      answers().ackIfSettled(typeUrl);
    },
    onStream(event, _key, { version }) {
      if (event === 'opened') {
        subscriptions.restart();
        answers().restart();
        options.onVersion(version);
      }
      log.info({ event }, `Envoy's ADS stream was ${event}`);
    },
  };
}
