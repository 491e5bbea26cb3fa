import type { FastifyInstance } from 'fastify';
import { withTimeout } from '../../common/limits/with-timeout.ts';
import type { LiveModel } from '../mesh/live-model.ts';
import type { RouteConfig } from './call.ts';
import { badRequest } from './errors.ts';

/** The sources of readiness. `writeFailure`: why the store refuses writes; undefined if it accepts them. */
export type HealthSources = {
  readonly live: LiveModel;
  readonly writeFailure: () => Error | undefined;
};

/** The time-out of the store's readiness check, in milliseconds. */
const STORE_TIMEOUT = 2000;

const OPEN: RouteConfig = { open: true, anyHost: true };

/**
 * Serves the health checks. `/healthz`: the process serves. `/readyz`: the store responds and accepts writes, and the model is up to date with it.
 * `/readyz?for=ads`: proxies are served, even if only from memory.
 */
export function health({ live, writeFailure }: HealthSources) {
  const requireStore = async (): Promise<void> => {
    const failure = writeFailure();
    if (failure !== undefined) throw failure;
    await withTimeout(STORE_TIMEOUT, 'the store did not answer', live.catchUp());
  };
  return async (app: FastifyInstance): Promise<void> => {
    app.get('/healthz', { config: OPEN }, async () => ({ status: 'ok' }));
    app.get('/readyz', { config: OPEN }, async (request, reply) => {
      const isForAds = askedForAds(request.query);
      try {
        // Proxies are served from the in-memory model, which is complete since the start and does not need the store.
        if (!isForAds) await requireStore();
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

function askedForAds(query: unknown): boolean {
  const wanted = (query as Readonly<Record<string, unknown>>)['for'];
  if (wanted === undefined || wanted === 'ads') return wanted === 'ads';
  throw badRequest(`Value ${JSON.stringify(wanted)} at 'for': it must be ads or absent.`);
}
