import type { FastifyInstance } from 'fastify';
import type { ApiServices } from '../../api/operations/context.ts';
import { callerOf, type RouteConfig } from '../../http/call.ts';
import type { Store } from '../../store/store.ts';
import { HISTORY_ACTION, historyQuery, readHistory } from './history.ts';
import { undo } from './undo.ts';

const READ: RouteConfig = { action: HISTORY_ACTION };
const UNDO: RouteConfig = { authenticated: true };

/** Serves `GET /console/history` and `POST /console/undo`. */
export function historyRoutes(services: ApiServices, store: Pick<Store, 'history'>) {
  const { live, region } = services;
  return async (app: FastifyInstance): Promise<void> => {
    app.get('/console/history', { config: READ, exposeHeadRoute: false }, async (request) => {
      await live.refresh();
      const query = request.query as Readonly<Record<string, unknown>>;
      return readHistory(store, live.model, historyQuery(callerOf(request), live.model, query), region);
    });
    app.post('/console/undo', { config: UNDO }, async (request) => undo(services, store, request));
  };
}
