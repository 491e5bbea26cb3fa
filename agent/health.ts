import { setTimeout as delay } from 'node:timers/promises';
import { createBackoff } from '../xds/client/backoff.ts';
import type { AdminClient, Lifecycle } from './admin/admin-client.ts';

/** The health of one Envoy process. */
export type Health = {
  readonly lifecycle: Lifecycle;
  /** Outcome of its first configuration; undefined until Envoy has applied or rejected one. */
  readonly initialConfig: 'UPDATE_SUCCESSFUL' | 'UPDATE_FAILED' | undefined;
  /** Whether its admin socket exists but does not answer. Implies UNREACHABLE. */
  readonly isSilent: boolean;
};

/** The health of an Envoy whose admin socket cannot be reached, e.g. before its start. */
export const UNREACHABLE: Health = { lifecycle: 'UNREACHABLE', initialConfig: undefined, isSilent: false };

const FIRST_WAIT_MS = 40;
const LONGEST_WAIT_MS = 1000;
const LARGEST_JITTER_MS = 50;
const UPDATES = String.raw`^(cluster_manager\.cds|listener_manager\.lds)\.update_(success|rejected)$|listener_create_failure$`;

/** A check that runs together with each health check of a LIVE Envoy, before the health is reported. */
export type ExtraCheck = {
  check(signal: AbortSignal): Promise<void>;
  /** Whether to check again within a second instead of `pollMs`. */
  isUnsettled(): boolean;
};

/**
 * Reports the health of an Envoy until `signal` aborts. Polls with a back-off until Envoy is LIVE, then every `pollMs` milliseconds, or
 * every second while `extraCheck` is unsettled. Never rejects; an Envoy that does not answer is reported as UNREACHABLE.
 */
export async function watchHealth(
  admin: AdminClient,
  pollMs: number,
  signal: AbortSignal,
  report: (health: Health) => void,
  extraCheck?: ExtraCheck,
): Promise<void> {
  const backoff = createBackoff(FIRST_WAIT_MS, LONGEST_WAIT_MS);
  while (!signal.aborted) {
    const health = await readHealth(admin, signal);
    const serves = health.lifecycle === 'LIVE';
    if (serves) await extraCheck?.check(signal);
    if (signal.aborted) return;
    report(health);
    if (serves) backoff.reset();
    const liveWait = extraCheck?.isUnsettled() === true ? LONGEST_WAIT_MS : pollMs;
    const wait = serves ? liveWait + Math.random() * LARGEST_JITTER_MS : backoff.next();
    await delay(wait, undefined, { signal }).catch(() => undefined);
  }
}

/** Resolves with whether Envoy is LIVE now. Never rejects: no answer counts as not LIVE. */
export function isLive(admin: Pick<AdminClient, 'ready'>): Promise<boolean> {
  return admin.ready().then(
    (lifecycle) => lifecycle === 'LIVE',
    () => false,
  );
}

/**
 * Resolves with whether the Envoy of this restart epoch answers, and is LIVE. Until an Envoy has taken over the admin interface, the one before it
 * answers. Never rejects.
 */
export async function isEpochLive(admin: Pick<AdminClient, 'ask'>, epoch: number): Promise<boolean> {
  try {
    const { state, command_line_options: options } = JSON.parse(
      await admin.ask('GET', '/server_info'),
    ) as ServerInfo;
    // Fields of value 0 are left out.
    return state === 'LIVE' && (options.restart_epoch ?? 0) === epoch;
  } catch {
    return false;
  }
}

type ServerInfo = {
  readonly state: string;
  readonly command_line_options: { readonly restart_epoch?: number };
};

async function readHealth(admin: AdminClient, signal: AbortSignal): Promise<Health> {
  try {
    const [lifecycle, updates] = await Promise.all([admin.ready(signal), admin.stats(UPDATES, signal)]);
    return { lifecycle, initialConfig: initialConfig(updates), isSilent: false };
  } catch (error) {
    return { ...UNREACHABLE, isSilent: isSilence(error) };
  }
}

/**
 * A time-out, or a full accept queue (EAGAIN). A missing socket does not count: it is no sign of a hang.
 */
function isSilence(error: unknown): boolean {
  const { name, code, cause } = error as NodeJS.ErrnoException;
  return code === 'EAGAIN' || [name, (cause as Error | undefined)?.name].includes('TimeoutError');
}

function initialConfig(updates: ReadonlyMap<string, number>): Health['initialConfig'] {
  const happened = (name: string) => (updates.get(name) ?? 0) > 0;
  const took = (type: string) => happened(`${type}.update_success`);
  const refused = (type: string) => happened(`${type}.update_rejected`) && !took(type);
  const types = ['cluster_manager.cds', 'listener_manager.lds'];
  if (types.every(took)) return 'UPDATE_SUCCESSFUL';
  const failed = types.some(refused) || happened('listener_manager.listener_create_failure');
  return failed ? 'UPDATE_FAILED' : undefined;
}
