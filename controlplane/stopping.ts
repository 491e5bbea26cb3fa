import { once } from 'node:events';
import type { FastifyInstance } from 'fastify';
import type { Log } from '../common/log.ts';

/** How a control plane is told to stop. Disposing of it gives the signals back. */
export type Stopping = Disposable & {
  /** Resolves on the first SIGTERM or SIGINT. From then on `/readyz` answers 503, whatever else is still served. */
  asked(log: Log): Promise<void>;
  /** Aborted by the second one. */
  readonly hurry: AbortSignal;
};

/**
 * Takes the signals from now on. To be called before the API listens: once it does, whoever started this control plane may
 * stop it at any moment.
 */
export function createStopping(api: FastifyInstance): Stopping {
  const first = new AbortController();
  const second = new AbortController();
  let signal = '';
  const told = (name: string): void => {
    signal ||= name;
    (first.signal.aborted ? second : first).abort();
  };
  process.on('SIGTERM', told).on('SIGINT', told);
  api.addHook('onRequest', async (request, reply) => {
    if (!first.signal.aborted || request.routeOptions.url !== '/readyz') return;
    await reply.code(503).send({ status: 'unready', reason: 'this control plane is stopping' });
  });
  return {
    async asked(log) {
      if (!first.signal.aborted) await once(first.signal, 'abort');
      log.info({ signal }, 'stopping: proxies are let go');
    },
    hurry: second.signal,
    [Symbol.dispose]() {
      process.off('SIGTERM', told).off('SIGINT', told);
    },
  };
}
