import { describeFault } from '../../common/process/faults.ts';
import type { Log } from '../../common/log.ts';
import { SettingsError } from '../../common/settings.ts';
import { coded, type AgentCode } from '../codes.ts';
import { AgentError } from '../errors.ts';
import type { Launch } from '../run/launch.ts';
import type { Replaced } from '../supervisor/replace/replacement.ts';
import {
  describeFailedStart,
  describeOutcome,
  ReloadRefusal,
  type ReloadHow,
  type ReloadOutcome,
} from './reload-outcome.ts';

/** The next Envoy to start, made from the variables and files. */
export type NextLaunch = { readonly launch: Launch; readonly notTaken: readonly string[] };

/** Inputs of reloads. */
export type ReloadOptions = {
  /** Reads variables and files, and makes Envoy validate them. Rejects with a ReloadRefusal, AgentError or SettingsError. */
  readonly prepare: (how: ReloadHow) => Promise<NextLaunch>;
  /** Replaces the running Envoy. */
  readonly replace: (how: ReloadHow, launch: Launch) => Promise<Replaced>;
  /** The next Envoy serves. */
  readonly succeeded: (launch: Launch) => void;
  readonly log: Log;
};

/** Status of reloads. */
export type ReloadStatus = {
  /** Reloads since the agent started, by outcome. */
  readonly counts: Readonly<Record<ReloadOutcome['kind'], number>>;
  readonly isRunning: boolean;
  readonly last: ReloadOutcome | undefined;
};

/** The status before the first reload. */
export const NO_RELOAD: ReloadStatus = {
  counts: { 'taken over': 0, refused: 0, failed: 0 },
  isRunning: false,
  last: undefined,
};

/** Takes changed variables, files or another Envoy over. */
export type Reload = {
  /**
   * Reloads; during another reload, once afterwards, for all requests together. Resolves when the next Envoy serves, or will not. Never
   * rejects.
   */
  readonly request: (how: ReloadHow) => Promise<ReloadOutcome>;
  readonly status: () => ReloadStatus;
};

type Queued = { how: ReloadHow; readonly done: PromiseWithResolvers<ReloadOutcome> };

/** Creates reloads, of which one runs at a time. */
export function createReload(options: ReloadOptions): Reload {
  const { log } = options;
  const counts = { ...NO_RELOAD.counts };
  let last: ReloadOutcome | undefined;
  let queued: Queued | undefined;
  let isRunning = false;

  async function run(): Promise<void> {
    isRunning = true;
    while (queued !== undefined) {
      const { how, done } = queued;
      queued = undefined;
      const { outcome, over } = await reload(how);
      counts[outcome.kind] += 1;
      last = outcome;
      say(outcome);
      done.resolve(outcome);
      // The next reload has to wait, because an Envoy that is replaced ends its predecessor at once.
      await over;
    }
    isRunning = false;
  }

  async function reload(how: ReloadHow): Promise<{ outcome: ReloadOutcome; over?: Promise<void> }> {
    log.info({ how }, 'reloading');
    const at = (): { at: Date; how: ReloadHow } => ({ at: new Date(), how });
    let next: NextLaunch;
    try {
      next = await options.prepare(how);
    } catch (error) {
      return { outcome: { ...at(), kind: 'refused', ...describeRefusal(error) } };
    }
    const { launch, notTaken } = next;
    const replaced = await options.replace(how, launch);
    if (replaced.kind === 'live') {
      options.succeeded(launch);
      return {
        outcome: { ...at(), kind: 'taken over', epoch: replaced.epoch, notTaken },
        over: replaced.over,
      };
    }
    launch.discard();
    if (replaced.kind === 'not now') return { outcome: { ...at(), ...NOT_NOW } };
    const message = describeFailedStart(replaced.failure);
    return { outcome: { ...at(), kind: 'failed', code: 'RELOAD_FAILED', message } };
  }

  function say(outcome: ReloadOutcome): void {
    const { how } = outcome;
    const words = `reload: ${describeOutcome(outcome)}`;
    if (outcome.kind === 'taken over') {
      if (outcome.notTaken.length === 0) log.info({ how }, words);
      else log.warn(coded('RELOAD_PARTIAL', { how, variables: outcome.notTaken }), words);
    } else {
      log.error(coded(outcome.code, { how, outcome: outcome.kind }), words);
    }
  }

  return {
    request(how) {
      if (queued === undefined) queued = { how, done: Promise.withResolvers() };
      else if (how === 'restart') queued.how = how;
      const { promise } = queued.done;
      if (!isRunning) void run();
      return promise;
    },
    status: () => ({ counts: { ...counts }, isRunning, last }),
  };
}

/** Describes why the next Envoy could not be prepared. A defect must not end the agent, because that would end the running Envoy. */
function describeRefusal(error: unknown): { readonly code: AgentCode; readonly message: string } {
  const isKnown =
    error instanceof ReloadRefusal || error instanceof AgentError || error instanceof SettingsError;
  return isKnown
    ? { code: error.code, message: error.message.replaceAll('\n', '; ') }
    : { code: 'FAULT', message: describeFault(error) };
}

const NOT_NOW = {
  kind: 'refused',
  code: 'RELOAD_NOT_NOW',
  message: 'Envoy cannot be replaced now: it has ended, or drains',
} as const;
