import type { Snapshot } from '../../xds/types.ts';
import type { NameFilling } from '../names/listener-names.ts';
import type { MissingSecrets } from './missing-secrets.ts';
import type { RelayedConfig } from './relayed-config.ts';

/** The relayed configuration in the form that Envoy is sent. */
export type ServedConfig = {
  /** Sends the configuration to Envoy, if its listeners do not wait for the addresses of names. */
  readonly serve: () => void;
  /** Whether the configuration is held back. */
  readonly isHeld: () => boolean;
};

/** Serves `config` by `set`, with the addresses of names, and without secrets while they may still come. */
export function createServedConfig(
  config: RelayedConfig,
  missing: MissingSecrets,
  filling: NameFilling | undefined,
  set: (snapshot: Snapshot) => void,
): ServedConfig {
  let isHeld = false;
  return {
    serve() {
      const unfilled = missing.filter(config.snapshot());
      const snapshot = filling === undefined ? unfilled : filling.fill(unfilled);
      isHeld = snapshot === undefined;
      if (snapshot !== undefined) set(snapshot);
    },
    isHeld: () => isHeld,
  };
}
