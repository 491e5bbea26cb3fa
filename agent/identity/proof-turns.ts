import { errorText } from '../../common/error-text.ts';
import { AttestationRefused } from './attest.ts';
import type { FirstProof } from './identity-settings.ts';

/** Which ways to prove the identity come next. */
export type ProofTurns = {
  /** The ways that may be tried now, in the order of the settings; all of them, if each has to wait. */
  readonly due: () => readonly FirstProof[];
  /** A way failed. One that a control plane refused is not tried again before the time that the refusal says. */
  readonly failed: (proof: FirstProof, error: unknown) => void;
  /** Why there is no certificate: the latest failure of each way. Undefined: none has failed. */
  readonly failure: () => Error | undefined;
  /** There is a certificate. */
  readonly reset: () => void;
};

/** Creates the turns of these ways. `now`: milliseconds of a monotonic clock; for tests. */
export function createProofTurns(
  proofs: readonly FirstProof[],
  now: () => number = () => performance.now(),
): ProofTurns {
  const failures = new Map<FirstProof, { readonly error: unknown; readonly until: number }>();
  const isDue = (proof: FirstProof): boolean => (failures.get(proof)?.until ?? -Infinity) <= now();
  return {
    due() {
      const due = proofs.filter(isDue);
      return due.length === 0 ? proofs : due;
    },
    failed(proof, error) {
      const waitMs = error instanceof AttestationRefused ? error.retryAfterMs : 0;
      failures.set(proof, { error, until: now() + waitMs });
    },
    failure() {
      const all = proofs.flatMap((proof) => failures.get(proof) ?? []);
      if (all.length === 0) return undefined;
      const text = all.map(({ error }) => errorText(error)).join('; then ');
      if (!all.some(({ error }) => error instanceof AttestationRefused)) return new Error(text);
      const waitMs = Math.min(...all.map(({ until }) => until)) - now();
      return new AttestationRefused(text, Math.max(0, waitMs));
    },
    reset: () => failures.clear(),
  };
}
