import { setTimeout as sleep } from 'node:timers/promises';
import { Client, type ClientConfig } from 'pg';
import { createBackoff } from '../../../xds/client/backoff.ts';
import { describePostgresError, LIMITS } from './connection.ts';
import { ANNOUNCEMENTS, CHANNEL, SCHEMA_VERSION } from './schema.ts';
import type { Hint } from '../store.ts';

/** Callbacks of the listening connection. `onState` reports `lost` once per loss, with the reason. */
export type ListenerOptions = {
  readonly config: ClientConfig;
  readonly signal: AbortSignal;
  readonly onHint: (hint: Hint) => void;
  readonly onAnnouncement: (text: string) => void;
  readonly onState: (state: 'connected' | 'lost', reason: string) => void;
};

const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 5000;
/** The longest time between two reads of the revision, in milliseconds; a read also detects a dead server. */
const POLL_MS = 4000;

/**
 * Listens for commits on its own connection until `signal` aborts, and reconnects with back-off. Missed notifications are
 * made up for by a hint after each connect, and by a poll that notices a changed revision. Never rejects.
 */
export async function listenForCommits(options: ListenerOptions): Promise<void> {
  const { signal, onState, onHint } = options;
  const backoff = createBackoff(FIRST_WAIT_MS, LONGEST_WAIT_MS);
  let state: 'new' | 'connected' | 'lost' = 'new';
  const onConnected = (revision: number): void => {
    backoff.reset();
    onState('connected', '');
    onHint(state === 'new' ? { kind: 'committed', revision } : { kind: 'reconnected' });
    state = 'connected';
  };
  while (!signal.aborted) {
    try {
      await listen(options, onConnected);
    } catch (error) {
      if (state !== 'lost' && !signal.aborted) onState('lost', describePostgresError(error).message);
      state = 'lost';
    }
    await pause(backoff.next(), signal);
  }
}

/** Listens on one connection until it breaks (rejects) or `signal` aborts. */
async function listen(
  { config, signal, onHint, onAnnouncement }: ListenerOptions,
  onConnected: (revision: number) => void,
): Promise<void> {
  const client = new Client(config);
  const broken = new Promise<never>((_, reject) => {
    client.on('error', reject);
    client.on('end', () => reject(new Error('the server ended the connection')));
  });
  // The connection may break while nothing awaits `broken`.
  broken.catch(() => undefined);
  let seen = 0;
  client.on('notification', ({ channel, payload }) => {
    if (channel === ANNOUNCEMENTS) return onAnnouncement(payload ?? '');
    seen = Math.max(seen, Number(payload));
    onHint({ kind: 'committed', revision: Number(payload) });
  });
  try {
    await client.connect();
    // Listen first, then read: a commit between the two sends a notification.
    await client.query(`listen ${ANNOUNCEMENTS}`);
    await client.query(`listen ${CHANNEL}`);
    seen = await currentRevision(client);
    onConnected(seen);
    while (!signal.aborted) {
      await Promise.race([broken, pause(POLL_MS * (0.5 + Math.random() / 2), signal)]);
      if (signal.aborted) return;
      const revision = await currentRevision(client);
      if (revision < seen) onHint({ kind: 'reconnected' });
      if (revision > seen) onHint({ kind: 'committed', revision });
      seen = revision;
    }
  } finally {
    closeClient(client);
  }
}

async function currentRevision(client: Client): Promise<number> {
  const { rows } = await client.query<{ revision: string }>(
    'select revision, daybreak.require_schema($1) from daybreak.store',
    [SCHEMA_VERSION],
  );
  return Number(rows[0]?.revision);
}

/** Closes the connection; destroys it if the server does not respond. */
function closeClient(client: Client): void {
  const { stream } = client.connection;
  const timer = setTimeout(() => stream.destroy(), LIMITS.closeMs);
  const gone = (): void => clearTimeout(timer);
  client.end().then(gone, gone);
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await sleep(milliseconds, undefined, { signal }).catch(() => undefined);
}
