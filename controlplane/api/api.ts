import { randomUUID } from 'node:crypto';
import {
  fastify,
  LogController,
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify';
import type { Log } from '../../common/log.ts';
import type { LiveModel } from '../mesh/live-model.ts';
import { StoreError } from '../store/errors.ts';
import { ApiError, internal, unavailable, unknownMethod, unknownPath, unreadable } from './errors.ts';
import { health } from './health.ts';
import { appMeshOperations, methodsAt } from './operations.ts';

/** `account` (12 digits) and `region` are those of every caller and every ARN. `now`: milliseconds since 1970, default the clock. */
export type ApiOptions = {
  readonly live: LiveModel;
  readonly account: string;
  readonly region: string;
  readonly log: Log;
  readonly now?: () => number;
};

/** The most bytes that a body has: a virtual node with thousands of backends fits. */
const BODY_LIMIT = 1024 * 1024;
/** How long a request may take to arrive, in milliseconds. */
const REQUEST_TIMEOUT = 30_000;

/**
 * The App Mesh API, `/healthz` and `/readyz`, ready to listen. Others may add their own routes before it does; theirs get
 * the same request ids and errors.
 */
export function createApi({ live, account, region, log, now = Date.now }: ApiOptions): FastifyInstance {
  const loggerInstance: FastifyBaseLogger = log;
  const app = fastify({
    loggerInstance,
    // One line an answered call is written below, instead of two of fastify's.
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => randomUUID(),
    bodyLimit: BODY_LIMIT,
    requestTimeout: REQUEST_TIMEOUT,
    // A name of 255 characters, each of four bytes, each byte escaped as %XX, is 3,060 characters in a path.
    routerOptions: { maxParamLength: 4096 },
    frameworkErrors: (error, request, reply) => {
      void answerError(error, request, reply);
    },
  });
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-amzn-RequestId', request.id);
  });
  app.addHook('onResponse', async (request, reply) => logAccess(request, reply));
  app.setErrorHandler((error, request, reply) => answerError(error, request, reply));
  app.setNotFoundHandler((request, reply) => answerError(noRoute(request), request, reply));
  app.register(appMeshOperations({ live, account, region, now }));
  app.register(health(live));
  return app;
}

function noRoute({ method, url }: FastifyRequest): ApiError {
  const [path = ''] = url.split('?');
  const methods = methodsAt(path);
  return methods.length === 0 ? unknownPath(method, path) : unknownMethod(method, path, methods);
}

function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const answer = asApiError(error);
  if (answer.status >= 500) request.log.error({ err: error }, 'request failed');
  return reply
    .code(answer.status)
    .headers({ ...answer.headers, 'x-amzn-RequestId': request.id, 'x-amzn-ErrorType': answer.code })
    .type('application/json')
    .send({ message: answer.message });
}

function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  if (error instanceof StoreError)
    return unavailable(`${capital(error.message)}. Nothing is known to be lost.`, error);
  switch ((error as { readonly code?: string }).code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new ApiError('RequestEntityTooLargeException', `The body has more than ${BODY_LIMIT} bytes.`);
    case 'FST_ERR_BAD_URL':
      return unreadable('The path has an escape (%XX) that is not valid, or is not UTF-8.');
    case 'FST_ERR_MAX_PARAM_LENGTH':
      return new ApiError('RequestUriTooLongException', 'A name in the path is longer than any name can be.');
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return unreadable('The body is not as long as the header Content-Length says.');
    case undefined:
    default:
      return internal(error);
  }
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function logAccess(request: FastifyRequest, reply: FastifyReply): void {
  const { operation } = request.routeOptions.config as { readonly operation?: string };
  if (operation === undefined) return;
  request.log.info(
    {
      operation,
      method: request.method,
      url: request.url,
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime * 10) / 10,
      from: request.ip,
    },
    'request',
  );
}
