import type { Prover } from './attempt.ts';
import { Refused } from './refused.ts';

/** Renewal: the connection has the last certificate of the same node, which TLS verified against the roots. */
export const svidProver: Prover = {
  method: 'svid',
  offers: ({ certificateNames, spiffeId }) => certificateNames.includes(spiffeId),
  async verify({ spiffeId }, proof) {
    if (proof.method !== 'connection certificate')
      throw new Refused('PROOF_REFUSED', 'the proof has to be the certificate of the connection');
    return spiffeId;
  },
};
