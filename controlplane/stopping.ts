import { once } from 'node:events';
import { constants } from 'node:os';
import type { FastifyInstance } from 'fastify';
import type { Log } from '../common/log.ts';

/** The stop signals of a control plane. Disposing removes the signal handlers. */
export type Stopping = Disposable & {
  /** Resolves on the first SIGTERM or SIGINT. From then on `/readyz` responds 503, while other routes are still served. */
  requested(log: Log): Promise<void>;
  /** Aborted by the second signal. */
  readonly skipDrain: AbortSignal;
};

/**
 * Ends the process on a stop signal, with 128 and the signal's number as a shell reports it, until it is disposed: a start may wait
 * half a minute for its store. The kernel would do the same, but not for process 1 of a container (pid_namespaces(7)).
 */
export function endOnSignal(): Disposable {
  const onSignal = (name: 'SIGTERM' | 'SIGINT'): void => process.exit(128 + constants.signals[name]);
  process.on('SIGTERM', onSignal).on('SIGINT', onSignal);
  return {
    [Symbol.dispose]: () => void process.off('SIGTERM', onSignal).off('SIGINT', onSignal),
  };
}

/**
 * Installs the signal handlers. Call it before the API listens, because the operator may stop the control plane at any moment
 * after that.
 */
export function createStopping(api: FastifyInstance): Stopping {
  const first = new AbortController();
  const second = new AbortController();
  let signal = '';
  const onSignal = (name: string): void => {
    signal ||= name;
    (first.signal.aborted ? second : first).abort();
  };
  process.on('SIGTERM', onSignal).on('SIGINT', onSignal);
  api.addHook('onRequest', async (request, reply) => {
    if (!first.signal.aborted || request.routeOptions.url !== '/readyz') return;
    await reply.code(503).send({ status: 'unready', reason: 'this control plane is stopping' });
  });
  return {
    async requested(log) {
      if (!first.signal.aborted) await once(first.signal, 'abort');
      log.info({ signal }, 'stopping: draining proxies');
    },
    skipDrain: second.signal,
    [Symbol.dispose]() {
      process.off('SIGTERM', onSignal).off('SIGINT', onSignal);
    },
  };
}
