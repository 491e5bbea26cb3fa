import type { Log } from '../../../common/log.ts';
import type { EnvoyProcess } from '../envoy-process/envoy-process.ts';
import type { SharedState } from '../shared-state.ts';
import { withoutRetiring } from '../state.ts';

/** How much longer than announced a previous Envoy may live after a hot restart, in milliseconds. */
const GRACE_MS = 15_000;

/** The previous Envoy after a hot restart, until it ends. */
export type Retiring = {
  /** Waits for its end, whose time its successor has set, and ends it if it is late. */
  readonly begin: (previous: EnvoyProcess) => Promise<void>;
  readonly isThere: () => boolean;
  /** Ends it now, if it is still running. */
  readonly stop: () => Promise<void>;
};

/** Creates the state without a previous Envoy. `retireMs`: its announced time to live. */
export function createRetiring(shared: SharedState, retireMs: () => number, log: Log): Retiring {
  let retiring: EnvoyProcess | undefined;
  return {
    async begin(previous) {
      retiring = previous;
      const timer = setTimeout(() => void previous.stop(), retireMs() + GRACE_MS);
      const exit = await previous.exited;
      clearTimeout(timer);
      retiring = undefined;
      shared.state = withoutRetiring(shared.state);
      log.info({ pid: previous.pid, exit }, 'the previous Envoy has ended');
    },
    isThere: () => retiring !== undefined,
    async stop() {
      await retiring?.stop();
    },
  };
}
