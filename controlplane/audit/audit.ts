import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { TLSSocket } from 'node:tls';
import { isChange, isInspection } from '../auth/actions.ts';
import { claimedAccessKey } from '../auth/claim.ts';
import type { RouteConfig } from '../http/call.ts';
import { createTokenBucket } from '../../common/limits/token-bucket.ts';
import { auditEvent } from './event.ts';

/**
 * `append` gets one line of JSON per call; `skip` is called for each skipped one. `now`: milliseconds since 1970. `monotonic`: milliseconds
 * of a clock that never jumps; for tests.
 */
export type AuditOptions = {
  readonly append: (line: string) => void;
  readonly skip: () => void;
  readonly region: string;
  readonly now: () => number;
  readonly monotonic?: () => number;
};

/**
 * The rate limit of audited denials of unauthenticated callers, in events per second. Any client that reaches the port can
 * cause such denials, and must not fill the disk with them.
 */
const UNAUTHENTICATED_LIMIT = { rate: 10, burst: 1000 };

/**
 * Audits each call of an operation that changes the model, whether it succeeds or not, each denied call, and each use of the
 * operator's routes (backup, configuration of a proxy, status). The line is queued before the response is sent, and no call
 * waits for the disk. Calls that exceed a rate limit are not audited.
 */
export function addAudit(app: FastifyInstance, { append, skip, region, now, monotonic }: AuditOptions): void {
  const bucket = createTokenBucket(UNAUTHENTICATED_LIMIT, monotonic);
  app.addHook('onSend', async (request, reply) => {
    const config = request.routeOptions.config as RouteConfig;
    const { action = '', event: ownName } = config;
    const { caller, failure, input, resource, source } = request.call;
    const operation = request.call.operation ?? config.operation ?? ownName ?? '';
    const name = operation || action.replace(/^.*:/, '');
    const readOnly = (operation === '' && !isChange(action)) || /^(?:Describe|List)/.test(operation);
    const isOfInterest = !readOnly || reply.statusCode === 403 || isInspection(action);
    if (name === '' || reply.statusCode === 429 || !isOfInterest) return;
    if (caller === undefined && bucket() > 0) {
      skip();
      return;
    }
    const event = auditEvent({
      id: randomUUID(),
      requestId: request.id,
      at: now(),
      operation: name,
      readOnly,
      source,
      caller,
      claimedKey: claimedAccessKey(request.headers, request.query as Parameters<typeof claimedAccessKey>[1]),
      address: request.ip,
      userAgent: request.headers['user-agent'],
      region,
      tls: tlsVersion(request),
      parameters: input,
      resource,
      error: failure,
    });
    append(JSON.stringify(event));
  });
}

function tlsVersion({ raw }: FastifyRequest): string | undefined {
  return (raw.socket as Partial<TLSSocket>).getProtocol?.() ?? undefined;
}
