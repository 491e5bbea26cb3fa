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
import { isInspection } from '../auth/actions.ts';
import { describeCaller } from '../auth/principal.ts';
import type { LiveModel } from '../mesh/live-model.ts';
import { betaOperations } from './beta/operations.ts';
import type { ApiServices } from './operations/context.ts';
import { sendError } from '../http/error-answer.ts';
import { unavailable, unknownMethod, unknownPath, type ApiError } from '../http/errors.ts';
import type { RouteConfig } from '../http/call.ts';
import { health } from '../http/health.ts';
import { requireOwnHost } from '../http/require-own-host.ts';
import { createNoRequests } from '../http/no-request.ts';
import { appMeshOperations, methodsAt } from './operations/operations.ts';
import { DEFAULT_QUOTAS, type Quotas } from './checks/quotas.ts';
import { limitRate, unlimited } from '../http/rate-limit.ts';
import { tlsServer, type ServerTls } from '../http/tls-server.ts';
import type { BucketSettings } from '../../common/token-bucket.ts';
import { findOutWhoCalls } from '../http/authenticate.ts';
import { createWriters } from './write/write-together.ts';

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
  /** Further names by which the API is called. Default: none. */
  readonly hosts?: readonly string[];
  /** Default: plain HTTP. */
  readonly tls?: ServerTls | undefined;
  /** Milliseconds since 1970. Default: the clock. */
  readonly now?: () => number;
  /** Why the store does not take writes; undefined where it does. Default: that is not known. */
  readonly writeFailure?: () => Error | undefined;
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
    hosts = [],
    tls,
    now = Date.now,
    writeFailure = () => undefined,
  } = options;
  const loggerInstance: FastifyBaseLogger = log;
  const noRequests = createNoRequests({
    log,
    requestTimeout: REQUEST_TIMEOUT,
    connectRefused: (url) => noRoute('CONNECT', url),
  });
  const app = fastify({
    loggerInstance,
    // One line an answered call is written below, instead of two of fastify's.
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => randomUUID(),
    bodyLimit: BODY_LIMIT,
    requestTimeout: REQUEST_TIMEOUT,
    // A name of 255 characters, each of four bytes, each byte escaped as %XX, is 3,060 characters in a path.
    routerOptions: { maxParamLength: 4096 },
    ...(tls === undefined
      ? { http: { requireHostHeader: false } }
      : { serverFactory: tlsServer(tls, { requireHostHeader: false }) }),
    // Both would answer in a form of their own; what is here instead answers in ours.
    clientErrorHandler: noRequests.onReadError,
    return503OnClosing: false,
    frameworkErrors: (error, request, reply) => {
      void sendError(error, request, reply, BODY_LIMIT);
    },
  });
  noRequests.addTo(app);
  // Whatever the content type says, the body is JSON; and it stays as it was sent until it is known who signed it.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    '*',
    { parseAs: 'buffer' },
    async (_request: FastifyRequest, body: Buffer) => body,
  );
  requireOwnHost(app, { names: hosts, certificate: tls && (() => tls.current().cert) });
  findOutWhoCalls(app, authenticate, rateLimit === undefined ? unlimited : limitRate(rateLimit, now));
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
  const services: ApiServices = { live, writers: createWriters(live, now), region, quotas, now };
  app.register(appMeshOperations(services));
  app.register(betaOperations(services));
  app.register(health({ live, writeFailure }));
  return app;
}

function noRoute(method: string, url: string): ApiError {
  const [path = ''] = url.split('?');
  const methods = methodsAt(path);
  return methods.length === 0 ? unknownPath(method, path) : unknownMethod(method, path, methods);
}

// A presigned URL is as good as a password until it expires.
function withoutSignature(url: string): string {
  return url.replaceAll(/([?&]X-Amz-(?:Signature|Security-Token|Credential)=)[^&]*/gi, '$1…');
}

function logAccess(request: FastifyRequest, reply: FastifyReply): void {
  const { operation, action = '' } = request.routeOptions.config as RouteConfig;
  if (operation === undefined && !isInspection(action)) return;
  request.log.info(
    {
      operation: operation ?? action,
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
