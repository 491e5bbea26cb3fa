import type { ControlPlaneCode } from '../codes.ts';

/** Codes of failures of the authority. */
export type IdentityCode = Extract<
  ControlPlaneCode,
  'CA_KEY_UNUSABLE' | 'CA_ROOT_UNUSABLE' | 'AUTHORITY_DAMAGED' | 'TRUST_DOMAIN_DIFFERS'
>;

/** The authority cannot be opened. At a start the exit code is 1. */
export class IdentityError extends Error {
  readonly code: IdentityCode;
  readonly exitCode = 1;

  constructor(code: IdentityCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'IdentityError';
    this.code = code;
  }
}
