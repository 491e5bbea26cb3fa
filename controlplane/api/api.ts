import { randomUUID } from 'node:crypto';
import {
  fastify,
  LogController,
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyPluginAsync,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify';
import type { Log } from '../../common/log.ts';
import type { Authenticate } from '../auth/authenticate.ts';
import { isInspection } from '../auth/actions.ts';
import { describeCaller } from '../auth/principal.ts';
import type { LiveModel } from '../mesh/live-model.ts';
import { BODY_LIMIT } from '../model/body-limit.ts';
import { betaOperations } from './beta/operations.ts';
import type { ApiServices } from './operations/context.ts';
import { sendError } from '../http/error-response.ts';
import { unavailable, unknownMethod, unknownPath, type ApiError } from '../http/errors.ts';
import type { RouteConfig } from '../http/call.ts';
import type { CallerOfPage } from '../http/caller-of-page.ts';
import { health } from '../http/health.ts';
import { requireOwnHost } from '../http/require-own-host.ts';
import { createMalformedRequestHandlers } from '../http/malformed-request.ts';
import { currentOperations, methodsAt } from './operations/operations.ts';
import { DEFAULT_QUOTAS, type Quotas } from './checks/quotas.ts';
import { NO_PLAIN_FACTS, type PlainFacts } from './checks/strict.ts';
import { limitRate, unlimited } from '../http/rate-limit.ts';
import { tlsServer, type ServerTls } from '../http/tls-server.ts';
import type { BucketSettings } from '../../common/limits/token-bucket.ts';
import { authenticateCalls } from '../http/authenticate.ts';
import { createWriteQueue } from './write/write-queue.ts';

/** `region`: the region in every ARN. */
export type ApiOptions = {
  readonly live: LiveModel;
  readonly region: string;
  readonly log: Log;
  /** Authenticates the caller of each request. */
  readonly authenticate: Authenticate;
  /** Authenticates requests of the console's pages. Default: none are. */
  readonly callerOfPage?: CallerOfPage;
  /** Registers further routes that make calls of the API. Default: none. */
  readonly furtherRoutes?: ((services: ApiServices) => FastifyPluginAsync) | undefined;
  /** Default: DEFAULT_QUOTAS. */
  readonly quotas?: Quotas;
  /** Default: nothing is known. */
  readonly plainFacts?: PlainFacts;
  /** Default: none. */
  readonly rateLimit?: BucketSettings | undefined;
  /** Further host names that the API accepts. Default: none. */
  readonly hosts?: readonly string[];
  /** Default: plain HTTP. */
  readonly tls?: ServerTls | undefined;
  /** Milliseconds since 1970. Default: the clock. */
  readonly now?: () => number;
  /** Milliseconds of a clock that never jumps, for rates; for tests. */
  readonly monotonic?: () => number;
  /** Why the store refuses writes; undefined if it accepts them. Default: always undefined. */
  readonly writeFailure?: () => Error | undefined;
};

/** The time limit for receiving a whole request, in milliseconds. */
const REQUEST_TIMEOUT = 30_000;

/**
 * Creates the App Mesh API, `/healthz` and `/readyz`, ready to listen. Callers may register further routes before it listens; those
 * get the same request ids and error format.
 */
export function createApi(options: ApiOptions): FastifyInstance {
  const {
    live,
    region,
    log,
    authenticate,
    callerOfPage,
    furtherRoutes,
    quotas = DEFAULT_QUOTAS,
    plainFacts = NO_PLAIN_FACTS,
    rateLimit,
    hosts = [],
    tls,
    now = Date.now,
    monotonic,
    writeFailure = () => undefined,
  } = options;
  const loggerInstance: FastifyBaseLogger = log;
  const malformedRequests = createMalformedRequestHandlers({
    log,
    requestTimeout: REQUEST_TIMEOUT,
    connectRefused: (url) => noRoute('CONNECT', url),
  });
  const app = fastify({
    loggerInstance,
    // logAccess writes one line per call, instead of fastify's two.
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => randomUUID(),
    bodyLimit: BODY_LIMIT,
    requestTimeout: REQUEST_TIMEOUT,
    // A name of 255 four-byte characters, with each byte escaped as %XX, takes 3,060 characters in a path.
    routerOptions: { maxParamLength: 4096 },
    ...(tls === undefined
      ? { http: { requireHostHeader: false } }
      : { serverFactory: tlsServer(tls, { requireHostHeader: false }) }),
    // By default both respond in fastify's own error format; these replacements use the API's.
    clientErrorHandler: malformedRequests.onReadError,
    return503OnClosing: false,
    frameworkErrors: (error, request, reply) => {
      void sendError(error, request, reply, BODY_LIMIT);
    },
  });
  malformedRequests.addTo(app);
  // The body is JSON regardless of its content type. It stays as raw bytes until the signature over it is verified.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    '*',
    { parseAs: 'buffer' },
    async (_request: FastifyRequest, body: Buffer) => body,
  );
  requireOwnHost(app, { names: hosts, certificate: tls && (() => tls.current().cert) });
  const limit = rateLimit === undefined ? unlimited : limitRate(rateLimit, monotonic);
  authenticateCalls(app, authenticate, limit, callerOfPage);
  let isClosing = false;
  app.addHook('preClose', async () => {
    isClosing = true;
  });
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-amzn-RequestId', request.id);
    if (isClosing) throw unavailable('This control plane is stopping. Nothing was done.');
    if (request.is404) throw noRoute(request.method, request.url);
  });
  app.addHook('onResponse', async (request, reply) => logAccess(request, reply));
  app.setErrorHandler((error, request, reply) => sendError(error, request, reply, BODY_LIMIT));
  const services: ApiServices = {
    live,
    writes: createWriteQueue(live, now),
    region,
    quotas,
    plainFacts,
    now,
  };
  app.register(currentOperations(services));
  app.register(betaOperations(services));
  app.register(health({ live, writeFailure }));
  if (furtherRoutes !== undefined) app.register(furtherRoutes(services));
  return app;
}

function noRoute(method: string, url: string): ApiError {
  const [path = ''] = url.split('?');
  const methods = methodsAt(path);
  return methods.length === 0 ? unknownPath(method, path) : unknownMethod(method, path, methods);
}

// A presigned URL is a credential until it expires.
function withoutSignature(url: string): string {
  return url.replaceAll(/([?&]X-Amz-(?:Signature|Security-Token|Credential)=)[^&]*/gi, '$1…');
}

function logAccess(request: FastifyRequest, reply: FastifyReply): void {
  const config = request.routeOptions.config as RouteConfig;
  const { action = '', event } = config;
  const operation = request.call.operation ?? config.operation ?? event;
  if (operation === undefined && !isInspection(action)) return;
  request.log.info(
    {
      operation: operation ?? action,
      method: request.method,
      url: withoutSignature(request.url),
      status: reply.statusCode,
      error: request.call.failure?.code,
      caller: describeCaller(request.call.caller),
      ...(request.call.source === 'console' ? { source: 'console' } : {}),
      ms: Math.round(reply.elapsedTime * 10) / 10,
      from: request.ip,
    },
    'request',
  );
}
