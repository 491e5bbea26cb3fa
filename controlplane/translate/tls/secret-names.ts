import type { TrustSource } from './sources.ts';

/** Sources that the control plane serves itself. */
export type ServedTrust = Extract<TrustSource, { kind: 'acm' | 'issuer' }>;

/** Names the secret of an ACM certificate and its key. */
export function certificateName(arn: string): string {
  return `certificate:${arn}`;
}

/** Names the secret of the authorities of private CAs, or of those that the callers of an ACM certificate trust. */
export function trustName(source: ServedTrust): string {
  return source.kind === 'acm' ? `trust:${source.authorities.join(',')}` : `issuer:${source.certificate}`;
}
