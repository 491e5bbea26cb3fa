import { proxyPath } from '../../ads/identity.ts';
import { bindingFor, principalsOf } from '../bindings.ts';
import type { LiveModel } from '../../mesh/live-model.ts';
import { Refused } from './refused.ts';
import type { Prover } from './attempt.ts';

/** A client certificate of an authority of `--client-ca`, with which the agent opened its connection, bound by one of its names. */
export function x509Prover({ model }: LiveModel): Prover {
  return {
    method: 'x509',
    offers: ({ foreignNames: { uris, dns } }) => uris.length + dns.length > 0,
    async verify({ proxy, foreignNames: { uris, dns } }, proof) {
      if (proof.method !== 'connection certificate')
        throw new Refused('PROOF_REFUSED', 'the proof has to be the certificate of the connection');
      const found = principalsOf(model, proxy).find(
        ({ x509 }) =>
          (x509?.uri !== undefined && uris.includes(x509.uri)) ||
          (x509?.dns !== undefined && dns.includes(x509.dns)),
      )?.x509;
      const name = found?.uri ?? found?.dns;
      if (name !== undefined) return name;
      const [uri] = uris;
      const wanted = bindingFor(proxy, { x509: uri === undefined ? { dns: dns[0] ?? '' } : { uri } });
      throw new Refused(
        'NOT_BOUND',
        `the certificate of ${[...uris, ...dns].join(', ')} may not be ${proxyPath(proxy)}: no NodeIdentity binds it. This document allows it (daybreak apply -f FILE): ${wanted}`,
      );
    },
  };
}
