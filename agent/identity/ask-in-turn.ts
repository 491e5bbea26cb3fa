import { AttestationRefused } from './attest.ts';
import type { FirstProof } from './identity-settings.ts';
import type { ProofTurns } from './proof-turns.ts';

/** A proof that failed: the control plane refused it, or the agent could not give it. The cause has the reason. */
export class ProofFailed extends Error {
  readonly proof: FirstProof;

  constructor(proof: FirstProof, cause: unknown) {
    super(`${proof} failed`, { cause });
    this.name = 'ProofFailed';
    this.proof = proof;
  }
}

/**
 * Proves the identity by the first proof that a control plane accepts; if it fails, by the next one. `ask` offers proofs to the control plane, which
 * chooses the first one that it can use.
 * @throws the failures of all proofs that were tried, as one error; any other error of `ask` at once
 */
export async function askInTurn<T>(
  turns: ProofTurns,
  ask: (proofs: readonly FirstProof[]) => Promise<T>,
): Promise<T> {
  let left = turns.due();
  let hasFailed = false;
  for (;;) {
    try {
      return await ask(left);
    } catch (error) {
      if (error instanceof ProofFailed) {
        hasFailed = true;
        turns.failed(error.proof, error.cause);
        left = left.slice(left.indexOf(error.proof) + 1);
        if (left.length > 0) continue;
      } else if (!hasFailed || !(error instanceof AttestationRefused)) throw error;
      // A refusal without a challenge: the control plane can use none of the proofs that are left.
      throw turns.failure() ?? error;
    }
  }
}
