import { once } from 'node:events';
import type { FastifyInstance } from 'fastify';
import type { Log } from '../common/log.ts';

/** How a control plane is told to stop. */
export type Stopping = {
  /** Resolves on the first SIGTERM or SIGINT. From then on `/readyz` answers 503, whatever else is still served. */
  asked(log: Log): Promise<void>;
  /** Aborted by the second one. */
  readonly hurry: AbortSignal;
};

/** To be called before the API listens. */
export function createStopping(api: FastifyInstance): Stopping {
  const hurry = new AbortController();
  let isAsked = false;
  api.addHook('onRequest', async (request, reply) => {
    if (!isAsked || request.routeOptions.url !== '/readyz') return;
    await reply.code(503).send({ status: 'unready', reason: 'this control plane is stopping' });
  });
  const told = async (): Promise<string> => {
    const [signal] = (await Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')])) as [string];
    return signal;
  };
  return {
    async asked(log) {
      log.info({ signal: await told() }, 'stopping: proxies are let go');
      isAsked = true;
      void told().then(() => hurry.abort());
    },
    hurry: hurry.signal,
  };
}
