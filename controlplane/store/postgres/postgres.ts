import { coded } from '../../codes.ts';
import type { Pool, QueryConfig } from 'pg';
import type { Log } from '../../../common/log.ts';
import type { Change } from '../../mesh/resource.ts';
import { withoutPassword } from '../location.ts';
import { openPostgres } from './open.ts';
import { boundedCalls } from './calls.ts';
import { LIMITS, connectionConfig, sqlState, type LimitedQuery } from './connection.ts';
import { readContents, replaceContents } from './contents.ts';
import { listenForCommits } from './listener.ts';
import { probe } from './probe.ts';
import { historyColumns, readHistory } from './spec-history.ts';
import {
  meshIdStart,
  meshText,
  readChanges,
  readTokens,
  TOKEN_COLUMNS,
  toColumns,
  type ChangeRow,
  type TokenRow,
} from './rows.ts';
import { ANNOUNCEMENTS, FORGOTTEN, SCHEMA_VERSION } from './schema.ts';
import { START_PATIENCE_MS } from '../wait-for-store.ts';
import { TOKEN_LIFETIME, type Changes, type Hint, type Loss, type Store, type Write } from '../store.ts';
import { bareId } from '../../mesh/bare-id.ts';

/**
 * `url`: postgres://user:password@host:port/database?sslmode=…. `patience`: how long to wait for an unavailable server when
 * the store is opened, in milliseconds; default 30,000. `loss`: default `refuse`.
 */
export type PostgresOptions = {
  readonly url: string;
  readonly log: Log;
  readonly patience?: number;
  readonly loss?: Loss;
};

/**
 * Opens a store in a PostgreSQL database, which several control planes may share. If the server becomes unavailable, calls
 * reject with a StoreError within a few seconds, and succeed again once the server is back.
 * @throws StoreError if the database cannot be used
 */
export async function openPostgresStore({
  url,
  log,
  patience = START_PATIENCE_MS,
  loss = 'refuse',
}: PostgresOptions): Promise<Store> {
  const where = withoutPassword(url);
  const pool = await openPostgres({ url, where, log, patience, loss });
  const listeners = new Set<(hint: Hint) => void>();
  const announcementListeners = new Set<(text: string) => void>();
  const closing = new AbortController();
  const listening = listenForCommits({
    config: connectionConfig(url),
    signal: closing.signal,
    onHint: (hint) => {
      for (const listener of listeners) listener(hint);
    },
    onAnnouncement: (text) => {
      for (const listener of announcementListeners) listener(text);
    },
    onState: (state, reason) => logState(log, where, state, reason),
  });
  const call = boundedCalls(where, () => closing.signal.aborted);

  return {
    isShared: true,
    commit: (write) =>
      call('commit', async () => {
        const changes = changesOf(write);
        const { rows } = await pool.query<{ revision: string | null }>(commitQuery(write, changes));
        const answer = rows[0]?.revision ?? undefined;
        if (answer === undefined) return { outcome: 'stale' };
        const revision = Number(answer);
        return {
          outcome: 'committed',
          revision,
          changes: changes.map((change) => ({ revision, ...change })),
        };
      }),
    changesSince: (revision) => call('read changes', () => changesSince(pool, revision)),
    prune: (kept) =>
      call('prune tombstones', async () => {
        await pool.query(pruneQuery(kept));
      }),
    tokenContent: ({ account, operation, token }, now) =>
      call('read a client token', async () => {
        const values = [account, operation, token, now - TOKEN_LIFETIME];
        const { rows } = await pool.query<TokenRow>({ name: 'token', text: TOKEN, values });
        return readTokens(rows)[0]?.content;
      }),
    onChange: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    announce: (text) =>
      call('announce', async () => {
        await pool.query('select pg_notify($1, $2)', [ANNOUNCEMENTS, text]);
      }),
    onAnnouncement: (listener) => {
      announcementListeners.add(listener);
      return () => void announcementListeners.delete(listener);
    },
    history: (query) => call('read its history', () => readHistory(pool, query)),
    contents: () => call('read its contents', () => readContents(pool)),
    probe: () => call('write', () => probe(pool)),
    replace: (contents, mayReplace) => call('be replaced', () => replaceContents(pool, contents, mayReplace)),
    close: async () => {
      if (closing.signal.aborted) return;
      closing.abort();
      listeners.clear();
      announcementListeners.clear();
      await listening;
      await pool.close();
    },
  };
}

function logState(log: Log, where: string, state: 'connected' | 'lost', reason: string): void {
  if (state === 'connected') log.info({ store: where }, 'the store is connected');
  else
    log.error(
      coded('STORE_AWAY', { store: where, reason }),
      'store connection lost: reads continue from memory, writes fail',
    );
}

// Named, so that the server prepares each statement only once per connection. A failed query closes its connection, whose
// state is unknown.
const TOKEN = `select ${TOKEN_COLUMNS} from daybreak.client_token where account = $1 and operation = $2 and token = $3 and used_at > $4`;
const COMMIT =
  'select daybreak.commit($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22) as revision';
const PRUNE = 'select daybreak.prune($1, $2)';

async function changesSince(pool: Pool, revision: number): Promise<Changes> {
  try {
    const { rows } = await pool.query<ChangeRow>(sinceQuery(revision));
    return { from: revision, changes: readChanges(rows) };
  } catch (error) {
    if (sqlState(error) !== FORGOTTEN) throw error;
    return changesSince(pool, 0);
  }
}

function pruneQuery(kept: number): LimitedQuery {
  return { text: PRUNE, values: [SCHEMA_VERSION, kept], query_timeout: LIMITS.longMs };
}

function sinceQuery(revision: number): LimitedQuery {
  return {
    name: 'since',
    text: 'select id, revision, body, sound from daybreak.changes_since($1, $2)',
    values: [SCHEMA_VERSION, revision],
    query_timeout: revision === 0 ? LIMITS.longMs : LIMITS.shortMs,
  };
}

type BareChange = Omit<Change, 'revision'>;

function changesOf({ puts, deletes }: Write): readonly BareChange[] {
  return [
    ...deletes.map((id) => ({ id: bareId(id), resource: undefined })),
    ...puts.map((resource) => ({ id: bareId(resource), resource })),
  ];
}

function commitQuery(
  { mesh, expectedMeshRevision, expectedMeshes, tokens, history = [] }: Write,
  changes: readonly BareChange[],
): QueryConfig {
  const uses = (['account', 'operation', 'token', 'content', 'at'] as const).map((column) =>
    tokens.map((use) => use[column]),
  );
  const forgottenBefore = Math.min(...tokens.map(({ at }) => at)) - TOKEN_LIFETIME;
  const values = [
    SCHEMA_VERSION,
    meshText(mesh),
    expectedMeshRevision,
    meshIdStart(mesh.owner),
    expectedMeshes,
    ...toColumns(changes),
    ...uses,
    tokens.length === 0 ? undefined : forgottenBefore,
    ...historyColumns(history),
  ];
  return { name: 'commit', text: COMMIT, values };
}
