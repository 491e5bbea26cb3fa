import type { FastifyInstance } from 'fastify';
import type { LiveModel } from '../mesh/live-model.ts';
import type { RouteConfig } from './call.ts';

/** How long the store may take to answer before the program counts as not ready, in milliseconds. */
const PATIENCE = 2000;

const OPEN: RouteConfig = { open: true };

/** `/healthz`: the process serves. `/readyz`: the store answers too, and the model has all that it holds. */
export function health(live: LiveModel) {
  return async (app: FastifyInstance): Promise<void> => {
    app.get('/healthz', { config: OPEN }, async () => ({ status: 'ok' }));
    app.get('/readyz', { config: OPEN }, async (request, reply) => {
      try {
        await within(PATIENCE, live.catchUp());
        return { status: 'ready', revision: live.model.revision };
      } catch (error) {
        request.log.warn({ err: error }, 'not ready');
        return reply
          .code(503)
          .send({ status: 'unready', reason: error instanceof Error ? error.message : 'unknown' });
      }
    });
  };
}

async function within(milliseconds: number, work: Promise<void>): Promise<void> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => reject(new Error(`the store did not answer within ${milliseconds} ms`)),
    milliseconds,
  );
  try {
    await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}
