import type { Model } from '../../mesh/model.ts';
import type { CertificateLedger } from '../certificate-ledger.ts';
import { faultOf } from '../standing.ts';
import type { Prover } from './attempt.ts';
import { Refused } from './refused.ts';

/**
 * Renewal: the connection has the last certificate of the same node, which TLS verified against the roots. A certificate that is no longer
 * good is not taken, so that the agent has to prove itself again.
 */
export function svidProver(model: Model, ledger: CertificateLedger, trustDomain: string): Prover {
  return {
    method: 'svid',
    offers({ certificateNames, certificateSerial, spiffeId }) {
      if (!certificateNames.includes(spiffeId)) return false;
      const entry = ledger.get(certificateSerial ?? '');
      return entry === undefined || faultOf(model, entry, trustDomain) === undefined;
    },
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
