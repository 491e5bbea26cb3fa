import { proxyPath } from '../../ads/identity.ts';
import type { Consumed, JoinTokens } from '../join-tokens.ts';
import type { Prover } from './attempt.ts';
import { Refused, type RefusalCode } from './refused.ts';

const REFUSALS: Readonly<Record<Exclude<Consumed['outcome'], 'consumed'>, readonly [RefusalCode, string]>> = {
  unknown: ['TOKEN_UNKNOWN', 'the join token is not known: it was used already, or never existed'],
  expired: ['TOKEN_EXPIRED', 'the join token has expired'],
  'another proxy': ['TOKEN_ELSEWHERE', 'the join token is for another node'],
  'another address': ['TOKEN_ELSEWHERE', 'the join token may not be used from this address'],
};

/** Creates the prover of a one-time token. Its creation bound it to its proxy, so no NodeIdentity is needed. */
export function joinTokenProver(tokens: JoinTokens): Prover {
  return {
    method: 'join token',
    offers: () => true,
    async verify({ proxy, address, hello }, proof) {
      if (proof.method !== 'join token')
        throw new Refused('PROOF_REFUSED', 'the proof has to be a join token');
      const use = { proxy: proxyPath(proxy), account: proxy.owner, address, request: hello.signingRequest };
      const { outcome } = await tokens.consume(proof.token, use);
      if (outcome === 'consumed') return { principal: 'a join token', proof: { method: 'join token' } };
      const [code, reason] = REFUSALS[outcome];
      throw new Refused(code, `${reason}: make another with daybreak token join --node ${proxyPath(proxy)}`);
    },
  };
}
