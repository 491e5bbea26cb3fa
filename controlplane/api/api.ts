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
import type { Authenticate } from '../auth/authenticate.ts';
import { describeCaller } from '../auth/principal.ts';
import type { LiveModel } from '../mesh/live-model.ts';
import { StoreError } from '../store/errors.ts';
import { newCall } from './call.ts';
import { betaOperations } from './beta/operations.ts';
import type { ApiServices } from './context.ts';
import { ApiError, internal, unavailable, unknownMethod, unknownPath, unreadable } from './errors.ts';
import { health } from './health.ts';
import { appMeshOperations, methodsAt } from './operations.ts';
import { DEFAULT_QUOTAS, type Quotas } from './quotas.ts';
import { limitRate, unlimited } from './rate-limit.ts';
import { tlsServer, type ServerTls } from './tls-server.ts';
import type { BucketSettings } from './token-bucket.ts';
import { findOutWhoCalls } from './who-calls.ts';
import { createWriters } from './write-together.ts';

/** `region` is that of every ARN. */
export type ApiOptions = {
  readonly live: LiveModel;
  readonly region: string;
  readonly log: Log;
  /** Finds out who calls. */
  readonly authenticate: Authenticate;
  /** Default: DEFAULT_QUOTAS. */
  readonly quotas?: Quotas;
  /** Default: none. */
  readonly rateLimit?: BucketSettings | undefined;
  /** Default: plain HTTP. */
  readonly tls?: ServerTls | undefined;
  /** Milliseconds since 1970. Default: the clock. */
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
export function createApi(options: ApiOptions): FastifyInstance {
  const {
    live,
    region,
    log,
    authenticate,
    quotas = DEFAULT_QUOTAS,
    rateLimit,
    tls,
    now = Date.now,
  } = options;
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
    ...(tls === undefined ? {} : { serverFactory: tlsServer(tls) }),
    frameworkErrors: (error, request, reply) => {
      void answerError(error, request, reply);
    },
  });
  // Whatever the content type says, the body is JSON; and it stays as it was sent until it is known who signed it.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    '*',
    { parseAs: 'buffer' },
    async (_request: FastifyRequest, body: Buffer) => body,
  );
  findOutWhoCalls(app, authenticate, rateLimit === undefined ? unlimited : limitRate(rateLimit, now));
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-amzn-RequestId', request.id);
  });
  app.addHook('onResponse', async (request, reply) => logAccess(request, reply));
  app.setErrorHandler((error, request, reply) => answerError(error, request, reply));
  app.setNotFoundHandler((request, reply) => answerError(noRoute(request), request, reply));
  const services: ApiServices = { live, writers: createWriters(live, now), region, quotas, now };
  app.register(appMeshOperations(services));
  app.register(betaOperations(services));
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
  request.call ??= newCall();
  request.call.failure = answer;
  if (answer.status >= 500) request.log.error({ err: error }, 'request failed');
  return reply
    .code(answer.status)
    .headers({ ...answer.headers, 'x-amzn-RequestId': request.id, 'x-amzn-ErrorType': answer.code })
    .type('application/json')
    .send({ message: answer.message });
}

function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  if (error instanceof StoreError && error.status === 503)
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

// A presigned URL is as good as a password until it expires.
function withoutSignature(url: string): string {
  return url.replaceAll(/([?&]X-Amz-(?:Signature|Security-Token|Credential)=)[^&]*/gi, '$1…');
}

function logAccess(request: FastifyRequest, reply: FastifyReply): void {
  const { operation } = request.routeOptions.config as { readonly operation?: string };
  if (operation === undefined) return;
  request.log.info(
    {
      operation,
      method: request.method,
      url: withoutSignature(request.url),
      status: reply.statusCode,
      error: request.call.failure?.code,
      caller: describeCaller(request.call.caller),
      ms: Math.round(reply.elapsedTime * 10) / 10,
      from: request.ip,
    },
    'request',
  );
}
