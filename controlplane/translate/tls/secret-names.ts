import type { TrustSource } from './sources.ts';

/** What the control plane serves itself: it is asked for by these sources. */
export type ServedTrust = Extract<TrustSource, { kind: 'acm' | 'issuer' }>;

/** The secret that holds an ACM certificate and its key. */
export function certificateName(arn: string): string {
  return `certificate:${arn}`;
}

/** The secret that holds the authorities of private CAs, or those that the callers of an ACM certificate trust. */
export function trustName(source: ServedTrust): string {
  return source.kind === 'acm' ? `trust:${source.authorities.join(',')}` : `issuer:${source.certificate}`;
}
