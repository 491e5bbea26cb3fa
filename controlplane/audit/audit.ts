import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { TLSSocket } from 'node:tls';
import { isInspection } from '../auth/actions.ts';
import { claimedAccessKey } from '../auth/claim.ts';
import type { RouteConfig } from '../http/call.ts';
import { createTokenBucket } from '../../common/token-bucket.ts';
import { auditEvent } from './event.ts';

/** `append` gets one line of JSON a call; `skip` is told of one that is passed over. `now`: milliseconds since 1970. */
export type AuditOptions = {
  readonly append: (line: string) => void;
  readonly skip: () => void;
  readonly region: string;
  readonly now: () => number;
};

/**
 * Whoever reaches the port may be denied as often as he likes, without a key: of such denials so many are written, so that
 * nobody fills the disk with them.
 */
const UNPROVEN = { rate: 10, burst: 1000 };

/**
 * Writes down each call of an operation that changes something, whatever came of it, each call that is denied, and each that
 * looks at what stands beside the API (backup, configuration of a proxy, status). The line
 * is handed over before the answer is sent, and nobody waits for it to be written. Calls that a rate limit turned away were
 * not looked at, and are not written.
 */
export function addAudit(app: FastifyInstance, { append, skip, region, now }: AuditOptions): void {
  const bucket = createTokenBucket(UNPROVEN, now);
  app.addHook('onSend', async (request, reply) => {
    const { operation = '', action = '' } = request.routeOptions.config as RouteConfig;
    const name = operation || action.replace(/^.*:/, '');
    const { caller, failure, input, resource } = request.call;
    const readOnly = operation === '' || /^(?:Describe|List)/.test(operation);
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
