import type { Refusal } from '../../../common/contracts/attestation/messages.ts';

/** The codes of refusals, and how long an agent waits at least before it tries again, in seconds. */
const WAITS = {
  /** The agent has no proof of a kind that this control plane takes. */
  NO_METHOD: 60,
  /** The certificate was revoked, or its proof no longer counts, and the agent has no other proof. */
  NOT_RENEWED: 60,
  /** The node.id names no proxy, or none that exists. */
  NODE_UNKNOWN: 30,
  /** A name has characters that a SPIFFE id does not allow. */
  NAME_WITHOUT_ID: 300,
  /** The signing request is malformed, of another kind of key, or signed wrongly. */
  SIGNING_REQUEST: 60,
  TOKEN_UNKNOWN: 60,
  TOKEN_EXPIRED: 60,
  /** The token is for another proxy, or another address. */
  TOKEN_ELSEWHERE: 60,
  /** The proof has parts that no client would send, or AWS refused the signature. */
  PROOF_REFUSED: 60,
  CLOCK_SKEW: 60,
  /** The principal is proven, and nothing binds it to the node. */
  NOT_BOUND: 30,
  /** AWS STS did not answer. */
  STS_AWAY: 5,
  /** AWS IAM did not answer, or throttles. */
  IAM_AWAY: 5,
  /** AWS IAM refused the control plane's question, or its answer is malformed. */
  IAM_UNUSABLE: 60,
} as const;

/** A code of a refusal. */
export type RefusalCode = keyof typeof WAITS;

/** The attempt is refused. The message is for the operator of the agent. */
export class Refused extends Error {
  readonly refusal: Refusal;

  constructor(code: RefusalCode, reason: string, options?: ErrorOptions) {
    super(reason, options);
    this.name = 'Refused';
    this.refusal = { code, reason, retryAfterSeconds: WAITS[code] };
  }

  /** Returns the same refusal, with a further reason behind its own. */
  because(reason: string): Refused {
    return new Refused(this.refusal.code as RefusalCode, `${this.refusal.reason}; ${reason}`, {
      cause: this.cause,
    });
  }
}
