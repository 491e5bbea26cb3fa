import { proxyPath } from '../../ads/identity.ts';
import { bindingFor, principalsOf } from '../bindings.ts';
import type { NodePrincipal } from '../../model/daybreak-types.ts';
import type { LiveModel } from '../../mesh/live-model.ts';
import { Refused } from './refused.ts';
import type { Prover } from './attempt.ts';

/** Whether a principal is a certificate with one of these names. */
export function hasName(
  { x509 }: NodePrincipal,
  { uris, dns }: { readonly uris: readonly string[]; readonly dns: readonly string[] },
): boolean {
  return (
    (x509?.uri !== undefined && uris.includes(x509.uri)) ||
    (x509?.dns !== undefined && dns.includes(x509.dns))
  );
}

/** Creates the prover of a client certificate of an authority of `--client-ca`, with which the agent opened its connection, bound by one of its names. */
export function x509Prover({ model }: LiveModel): Prover {
  return {
    method: 'x509',
    offers: ({ foreignNames: { uris, dns } }) => uris.length + dns.length > 0,
    async verify({ proxy, foreignNames: { uris, dns } }, proof) {
      if (proof.method !== 'connection certificate')
        throw new Refused('PROOF_REFUSED', 'the proof has to be the certificate of the connection');
      const found = principalsOf(model, proxy).find((each) => hasName(each, { uris, dns }))?.x509;
      const name = found?.uri ?? found?.dns;
      if (name !== undefined) return { principal: name, proof: { method: 'x509', uris, dns } };
      const [uri] = uris;
      const wanted = bindingFor(proxy, { x509: uri === undefined ? { dns: dns[0] ?? '' } : { uri } });
      throw new Refused(
        'NOT_BOUND',
        `the certificate of ${[...uris, ...dns].join(', ')} may not be ${proxyPath(proxy)}: no NodeIdentity binds it. This document allows it (daybreak apply -f FILE): ${wanted}`,
      );
    },
  };
}
