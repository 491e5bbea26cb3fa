import { SECRET, type Snapshot } from '../../xds/types.ts';

/** Leaves secrets out of Envoy's configuration for a moment. */
export type SecretHold = {
  /** Starts the time limit, with Envoy's first subscription. */
  begin(): void;
  /** Ends the hold: the control plane has sent secrets, or is away. */
  end(): void;
  filter(snapshot: Snapshot): Snapshot;
  close(): void;
};

/** How long Envoy waits for the control plane's secrets, in milliseconds. A listener itself waits 2 s. */
const HOLD_MS = 1000;

/**
 * Creates a hold for a configuration from disk that lacks the secrets with private keys. If Envoy were told at once that there are none,
 * it would be LIVE with listeners that refuse connections, although the control plane may send the secrets an instant later.
 * `isNeeded` false: nothing is held. Calls `onEnd` once.
 */
export function holdSecrets(isNeeded: boolean, onEnd: () => void): SecretHold {
  let isHolding = isNeeded;
  let timer: NodeJS.Timeout | undefined;

  function end(): void {
    if (!isHolding) return;
    isHolding = false;
    clearTimeout(timer);
    onEnd();
  }

  return {
    begin() {
      if (isHolding) timer ??= setTimeout(end, HOLD_MS).unref();
    },
    end,
    filter(snapshot) {
      if (!isHolding || !snapshot.has(SECRET)) return snapshot;
      const rest = new Map(snapshot);
      rest.delete(SECRET);
      return rest;
    },
    close: () => clearTimeout(timer),
  };
}
