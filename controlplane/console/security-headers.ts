import type { FastifyReply } from 'fastify';

/**
 * The headers of every response under `/console/`: pages load nothing from elsewhere and no inline script, no other page frames them,
 * and no other site reads them.
 */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy':
    "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'",
  'x-content-type-options': 'nosniff',
  // For browsers that do not know frame-ancestors.
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
};

/** Adds the headers to a response. Unless it says otherwise already, no cache keeps it. */
export function secure(reply: FastifyReply): void {
  reply.headers(SECURITY_HEADERS);
  if (reply.getHeader('cache-control') === undefined) reply.header('cache-control', 'no-store');
}
