import type { Log } from '../../common/log.ts';
import { createBackoff } from '../../xds/client/backoff.ts';
import { setTimeout as delay } from 'node:timers/promises';
import type { AdminClient } from '../admin/admin-client.ts';
import type { ListeningSocket } from '../application/listening-sockets.ts';
import { createAppSockets } from './app-sockets.ts';
import { untilStopDesired } from './desired-status.ts';

/** Notices that ECS stops the task, or that the application is gone, before the agent itself is told to stop. */
export type TaskWatch = {
  /** Watches the application of the running Envoy until `signal` aborts. Never rejects. */
  readonly watch: (signal: AbortSignal) => Promise<void>;
  /** Why callers should use other instances; empty if they need not. */
  readonly reason: () => string;
  readonly close: () => void;
};

/** Inputs of the watch. */
export type TaskWatchOptions = {
  /** The base URL of the ECS task metadata. */
  readonly endpoint: string;
  readonly admin: Pick<AdminClient, 'endpoints' | 'drainListeners'>;
  readonly isLocal: (address: string) => boolean;
  readonly readSockets: () => Promise<readonly ListeningSocket[]>;
  /** Called when `reason` has changed. */
  readonly onChange: () => void;
  readonly log: Log;
};

/** The watch of an agent that runs elsewhere: it notices nothing. */
export const NO_TASK: TaskWatch = {
  watch: async () => undefined,
  reason: () => '',
  close: () => undefined,
};

/**
 * `application gone` ends when the application listens again, which a supervisor of the task may achieve. `stopping` is final.
 */
type State =
  | { readonly kind: 'serving' }
  | { readonly kind: 'application gone'; readonly ports: readonly number[] }
  | { readonly kind: 'stopping' };

const APPLICATIONS = 'cds_ingress_.+';
const DRAIN_ATTEMPTS = 5;

/**
 * Starts to watch an ECS task. ECS stops the containers of a task in the reverse order of `dependsOn`: the application before its proxy,
 * which would answer 503 until it is stopped too.
 */
export function watchTask(options: TaskWatchOptions): TaskWatch {
  const { endpoint, admin, isLocal, readSockets, onChange, log } = options;
  const over = new AbortController();
  let state: State = { kind: 'serving' };

  function enter(next: State): void {
    if (over.signal.aborted || state.kind === 'stopping') return;
    state = next;
    onChange();
  }

  async function followEcs(): Promise<void> {
    if (!(await untilStopDesired({ endpoint, log }, over.signal))) return;
    log.info('ECS stops the task: the proxy drains');
    enter({ kind: 'stopping' });
    await discourage(admin, over.signal);
  }
  void followEcs();

  const watchSockets = createAppSockets({
    endpoints: (signal) => admin.endpoints(APPLICATIONS, signal),
    isLocal,
    readSockets,
    onChange(ports) {
      if (ports.length === 0) log.info('the application listens again');
      else log.warn({ ports }, 'the application no longer listens: callers are to use other instances');
      enter(ports.length === 0 ? { kind: 'serving' } : { kind: 'application gone', ports });
    },
  });

  return {
    async watch(signal) {
      // An Envoy that was started meanwhile does not know that the task ends.
      if (state.kind === 'stopping') await discourage(admin, signal);
      await watchSockets(signal);
    },
    reason() {
      if (state.kind === 'stopping') return 'ECS stops the task';
      if (state.kind === 'serving') return '';
      return `the application no longer listens on ${state.ports.join(', ')}`;
    },
    close: () => over.abort(),
  };
}

/** Envoy asks callers to close their connections, and serves until it is stopped. */
async function discourage(admin: Pick<AdminClient, 'drainListeners'>, signal: AbortSignal): Promise<void> {
  const backoff = createBackoff(200, 2000);
  for (let attempt = 0; attempt < DRAIN_ATTEMPTS && !signal.aborted; attempt += 1) {
    try {
      return await admin.drainListeners(signal);
    } catch {
      await delay(backoff.next(), undefined, { signal }).catch(() => undefined);
    }
  }
}
