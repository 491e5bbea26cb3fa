import { createBackoff } from '../../xds/client/backoff.ts';
import type { Log } from '../../common/log.ts';
import { errorText } from '../../common/error-text.ts';
import type { EnvoySettings } from '../settings/envoy-settings.ts';

/** A level of Envoy's log. */
export type EnvoyLogLevel = EnvoySettings['logLevel'];

/** Envoy's log level while the agent runs: its base level, and for a while another one. */
export type LogLevelControl = {
  /** The level to start Envoy with and to return to. First the configured one; a permanent change replaces it. */
  base(): EnvoyLogLevel;
  /** Whether the level will return to the base level, or a change is under way. No other change is possible until then. */
  isChanging(): boolean;
  /**
   * Sets the level of the running Envoy. If not `permanent`, it returns to the base level after the configured time.
   * Rejects if Envoy does not accept it; then nothing has changed.
   */
  change(level: EnvoyLogLevel, permanent: boolean): Promise<void>;
  /** Changes the configured level, which the running Envoy has already. */
  configure(level: EnvoyLogLevel): void;
  /** Call this when a new Envoy starts: it has the base level, so there is nothing to reset. */
  envoyStarts(): void;
  close(): void;
};

/** Inputs of a log level control. `set` sets the level of the running Envoy. */
export type LogLevelOptions = {
  readonly configured: EnvoyLogLevel;
  readonly resetSeconds: number;
  readonly set: (level: EnvoyLogLevel) => Promise<unknown>;
  readonly log: Log;
};

type State =
  | { readonly kind: 'at base' }
  | { readonly kind: 'changing' }
  | { readonly kind: 'reset pending'; readonly timer: NodeJS.Timeout };

const AT_BASE: State = { kind: 'at base' };
const FIRST_RETRY_MS = 1000;
const LONGEST_RETRY_MS = 30_000;

/** Creates a log level control. */
export function createLogLevelControl(options: LogLevelOptions): LogLevelControl {
  const { resetSeconds, set, log } = options;
  let base = options.configured;
  let state: State = AT_BASE;

  function become(next: State): void {
    if (state.kind === 'reset pending') clearTimeout(state.timer);
    state = next;
  }

  function resetAfter(waitMs: number, backoff = createBackoff(FIRST_RETRY_MS, LONGEST_RETRY_MS)): void {
    const timer = setTimeout(() => void reset(), waitMs).unref();
    const pending: State = { kind: 'reset pending', timer };
    become(pending);

    async function reset(): Promise<void> {
      try {
        await set(base);
        if (state !== pending) return;
        become(AT_BASE);
        log.info({ level: base }, "reset Envoy's log level");
      } catch (error) {
        if (state !== pending) return;
        log.warn({ reason: errorText(error), level: base }, "cannot reset Envoy's log level yet");
        resetAfter(backoff.next(), backoff);
      }
    }
  }

  return {
    base: () => base,
    isChanging: () => state.kind !== 'at base',
    async change(level, permanent) {
      const changing: State = { kind: 'changing' };
      become(changing);
      try {
        await set(level);
      } catch (error) {
        if (state === changing) become(AT_BASE);
        throw error;
      }
      // A new Envoy, which has the base level, replaced the one that accepted the level.
      if (state !== changing) throw new Error('Envoy restarted meanwhile');
      log.info({ level, permanent }, "a management call has set Envoy's log level");
      if (permanent) {
        base = level;
        become(AT_BASE);
      } else {
        resetAfter(resetSeconds * 1000);
      }
    },
    configure(level) {
      base = level;
      become(AT_BASE);
    },
    envoyStarts: () => become(AT_BASE),
    close: () => become(AT_BASE),
  };
}
