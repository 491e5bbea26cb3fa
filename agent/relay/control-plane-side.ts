import type { Log } from '../../common/log.ts';
import type { DeltaClientOptions } from '../../xds/client/client.ts';
import type { DeltaUpdate } from '../../xds/client/update.ts';
import type { TypeUrl } from '../../xds/types.ts';
import type { EnvoyAnswers } from './envoy-answers.ts';
import type { MissingSecrets } from './missing-secrets.ts';
import type { RelayedConfig } from './relayed-config.ts';

/** The parts of a relay that the control plane's responses concern. */
export type ControlPlaneSideOptions = {
  readonly config: RelayedConfig;
  readonly missing: MissingSecrets;
  /** Updates without an answer of Envoy. */
  readonly pending: Map<TypeUrl, DeltaUpdate>;
  readonly answers: () => EnvoyAnswers;
  readonly serve: () => void;
  readonly log: Log;
};

/** Returns the reactions to a stream of the control plane: its updates are served to Envoy, and answered when Envoy has answered. */
export function controlPlaneSide(
  options: ControlPlaneSideOptions,
): Pick<DeltaClientOptions, 'versions' | 'onUpdate'> {
  const { config, missing, pending, answers, serve, log } = options;
  return {
    versions(typeUrl) {
      pending.delete(typeUrl);
      const versions = config.restart(typeUrl);
      serve();
      return versions;
    },
    onUpdate(update) {
      const { typeUrl, version, resources, removed } = update;
      log.debug({ typeUrl, version, resources: resources.length }, 'received an update');
      // The control plane has at most one unanswered response per type, so an older one needs no answer.
      pending.set(typeUrl, update);
      config.update(update);
      missing.updated(typeUrl, [...resources.map(({ name }) => name), ...removed]);
      serve();
      answers().ackIfSettled(typeUrl);
    },
  };
}
