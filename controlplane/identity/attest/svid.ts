import type { ProofMethod } from '../../../common/contracts/attestation/messages.ts';
import type { Model } from '../../mesh/model.ts';
import { meshIdentityOf } from '../bindings.ts';
import type { CertificateLedger, LedgerEntry } from '../certificate-ledger.ts';
import { meshOf } from '../node-mesh.ts';
import type { Standing } from '../standing.ts';
import type { Prover } from './attempt.ts';
import { Refused } from './refused.ts';

const HOUR = 60 * 60 * 1000;
/** Methods whose proof an agent can repeat at any time. A join token works once. */
const LASTING: ReadonlySet<ProofMethod> = new Set(['aws iam', 'aws jwt', 'x509']);
const UNKNOWN = 'this control plane does not know it: it was issued after the backup that was restored';

/**
 * Creates the prover of a renewal: the connection has the last certificate of the same node, which TLS verified against the roots. A
 * certificate that is no longer good is not taken, and none whose first proof is older than the mesh allows (`proofHours`; default: any
 * age), so that the agent has to prove itself again. If a restored backup is older than a certificate, the ledger does not have its proof:
 * an agent with a repeatable method proves itself again, so that its principal stays bound. `now`: milliseconds since 1970.
 */
export function svidProver(
  model: Model,
  ledger: Pick<CertificateLedger, 'get'>,
  faultOf: Standing,
  now: () => number = Date.now,
): Prover {
  function oldProof({ proven, owner, node }: LedgerEntry): string | undefined {
    const { proofHours } = meshIdentityOf(model, { owner, mesh: meshOf(node) });
    if (proofHours === undefined || now() < proven + proofHours * HOUR) return undefined;
    return `its proof is of ${new Date(proven).toISOString()}, and proofHours of the MeshIdentity is ${proofHours}`;
  }

  const fault: NonNullable<Prover['fault']> = ({
    certificateNames,
    certificateSerial,
    spiffeId,
    methods,
  }) => {
    if (!certificateNames.includes(spiffeId)) return undefined;
    const entry = ledger.get(certificateSerial ?? '');
    if (entry !== undefined) return faultOf(entry) ?? oldProof(entry);
    const next = methods.find((method) => method !== 'svid');
    return next !== undefined && LASTING.has(next) ? UNKNOWN : undefined;
  };

  return {
    method: 'svid',
    fault,
    offers: (attempt) => attempt.certificateNames.includes(attempt.spiffeId) && fault(attempt) === undefined,
    async verify({ spiffeId, certificateSerial = '' }, proof) {
      if (proof.method !== 'connection certificate')
        throw new Refused('PROOF_REFUSED', 'the proof has to be the certificate of the connection');
      const before = ledger.get(certificateSerial);
      return {
        principal: spiffeId,
        proof: before?.proof,
        ...(before === undefined ? {} : { proven: before.proven, replaces: certificateSerial }),
      };
    },
  };
}
