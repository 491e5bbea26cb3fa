import { setTimeout as delay } from 'node:timers/promises';
import { createBackoff } from '../xds/client/backoff.ts';
import type { AdminClient, Lifecycle } from './admin/admin-client.ts';

/** How one Envoy is. */
export type Health = {
  readonly lifecycle: Lifecycle;
  /** What became of its first configuration; undefined while it has neither taken nor refused one. */
  readonly initialConfig: 'UPDATE_SUCCESSFUL' | 'UPDATE_FAILED' | undefined;
  /** Whether its admin socket is there and gave no answer, in which case it is UNREACHABLE too. */
  readonly isSilent: boolean;
};

/** An Envoy that cannot be asked, as before its start. */
export const UNREACHABLE: Health = { lifecycle: 'UNREACHABLE', initialConfig: undefined, isSilent: false };

const FIRST_WAIT_MS = 40;
const LONGEST_WAIT_MS = 1000;
const LARGEST_JITTER_MS = 50;
const UPDATES = String.raw`^(cluster_manager\.cds|listener_manager\.lds)\.update_(success|rejected)$|listener_create_failure$`;

/** What is looked at beside the health of an Envoy that is LIVE, before that is reported. */
export type Beside = {
  look(signal: AbortSignal): Promise<void>;
  /** Whether it is to be looked at again soon. */
  isUnsettled(): boolean;
};

/**
 * Reports the health of an Envoy until `signal`: often at first, then, once it is LIVE, every `pollMs`, or each second while what is
 * beside it is unsettled. Never fails; an Envoy that does not answer is reported as UNREACHABLE.
 */
export async function watchHealth(
  admin: AdminClient,
  pollMs: number,
  signal: AbortSignal,
  report: (health: Health) => void,
  beside?: Beside,
): Promise<void> {
  const backoff = createBackoff(FIRST_WAIT_MS, LONGEST_WAIT_MS);
  while (!signal.aborted) {
    const health = await readHealth(admin, signal);
    const serves = health.lifecycle === 'LIVE';
    if (serves) await beside?.look(signal);
    if (signal.aborted) return;
    report(health);
    if (serves) backoff.reset();
    const liveWait = beside?.isUnsettled() === true ? LONGEST_WAIT_MS : pollMs;
    const wait = serves ? liveWait + Math.random() * LARGEST_JITTER_MS : backoff.next();
    await delay(wait, undefined, { signal }).catch(() => undefined);
  }
}

/** Whether an Envoy is LIVE now. Never fails. */
export function isLive(admin: Pick<AdminClient, 'ready'>): Promise<boolean> {
  return admin.ready().then(
    (lifecycle) => lifecycle === 'LIVE',
    () => false,
  );
}

async function readHealth(admin: AdminClient, signal: AbortSignal): Promise<Health> {
  try {
    const [lifecycle, updates] = await Promise.all([admin.ready(signal), admin.stats(UPDATES, signal)]);
    return { lifecycle, initialConfig: initialConfig(updates), isSilent: false };
  } catch (error) {
    return { ...UNREACHABLE, isSilent: isSilence(error) };
  }
}

/** No answer in time, or so many questions without one that the socket takes no more. A socket that is gone says nothing of Envoy. */
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
