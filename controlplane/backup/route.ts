import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import manifest from '../../package.json' with { type: 'json' };
import { callerOf, type RouteConfig } from '../http/call.ts';
import { authorizeForAll } from '../auth/authorize.ts';
import type { Store } from '../store/store.ts';
import { backupLines } from './format.ts';

/** The path of the backup. */
export const BACKUP_PATH = '/backup';

const ACTION = 'daybreak:GetBackup';
const CONFIG: RouteConfig = { action: ACTION };

/** Serves `GET /backup`: the whole content of the store at one revision, without stopping writes. Needs the action
 * `daybreak:GetBackup` by its full name, because a backup contains all accounts. */
export function backupRoute(store: Pick<Store, 'contents'>) {
  return async (app: FastifyInstance): Promise<void> => {
    app.get(BACKUP_PATH, { config: CONFIG }, async (request, reply) => {
      authorizeForAll(callerOf(request), ACTION);
      const lines = backupLines(await store.contents(), manifest.version, new Date());
      return reply.type('application/x-ndjson').send(Readable.from(lines));
    });
  };
}
