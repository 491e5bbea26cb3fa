import type { FastifyInstance } from 'fastify';
import type { LiveModel } from '../mesh/live-model.ts';
import type { RouteConfig } from './call.ts';
import { badRequest } from './errors.ts';

/** What the program's readiness depends on. `writeFailure`: why the store does not take writes; undefined where it does. */
export type HealthSources = {
  readonly live: LiveModel;
  readonly writeFailure: () => Error | undefined;
};

/** How long the store may take to answer before the program counts as not ready, in milliseconds. */
const PATIENCE = 2000;

const OPEN: RouteConfig = { open: true };

/**
 * `/healthz`: the process serves. `/readyz`: the store answers too and takes writes, and the model has all that it holds.
 * `/readyz?for=ads`: proxies are served, if need be from memory.
 */
export function health({ live, writeFailure }: HealthSources) {
  const requireStore = async (): Promise<void> => {
    const failure = writeFailure();
    if (failure !== undefined) throw failure;
    await within(PATIENCE, live.catchUp());
  };
  return async (app: FastifyInstance): Promise<void> => {
    app.get('/healthz', { config: OPEN }, async () => ({ status: 'ok' }));
    app.get('/readyz', { config: OPEN }, async (request, reply) => {
      const isForAds = askedForAds(request.query);
      try {
        // Proxies are served from the model in memory, which is there since the start, whatever becomes of the store.
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
  throw badRequest(`Value ${JSON.stringify(wanted)} at 'for': it has to be ads, or left out.`);
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
