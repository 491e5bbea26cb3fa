import type { X509Certificate } from 'node:crypto';
import { parseSpiffeId } from '../../../common/contracts/spiffe-id.ts';
import { CallError } from '../../../xds/grpc/call-error.ts';
import { status } from '../../../xds/grpc/status.ts';
import { alternativeNames, rootAbove, type Trust } from '../../identity/authority/chain.ts';
import { unauthenticated, type Credential } from './credential.ts';
import { describeSubject } from './node-pattern.ts';

/**
 * Returns the holder of a certificate of the trust domain; undefined if its authority did not issue the certificate, or the certificate names
 * no proxy. The certificate names one node, and its holder may be that node alone.
 */
export function svidHolder(leaf: X509Certificate, trust: Trust, now: () => number): Credential | undefined {
  const root = rootAbove(leaf, trust, now());
  if (root === undefined) return undefined;
  const names = alternativeNames(leaf, 'URI');
  const [spiffeId = ''] = names;
  const named = names.length === 1 ? parseSpiffeId(spiffeId, trust.trustDomain) : undefined;
  if (named === undefined) return undefined;
  const who = `${spiffeId} with certificate ${leaf.serialNumber}`;
  const expires = leaf.validToDate.getTime();
  return {
    who,
    identifies: true,
    expires: () => expires,
    verify() {
      if (now() >= expires) throw unauthenticated(`${who} expired at ${leaf.validToDate.toISOString()}`);
      if (!trust.roots().some((each) => each.fingerprint256 === root.fingerprint256))
        throw unauthenticated(`the root of ${who} is no longer trusted: connect again`);
      const fault = trust.faultOf?.(leaf.serialNumber.toLowerCase());
      if (fault !== undefined) throw unauthenticated(`${who} is no longer good: ${fault}`);
    },
    admit(subject) {
      if (subject === undefined) throw denied(`${who} may see its own configuration only`);
      const { identity, owner } = subject;
      const isSame =
        identity.mesh === named.mesh &&
        identity.kind === named.kind &&
        identity.name === named.name &&
        named.owner === owner;
      if (!isSame) throw denied(`${who} is not ${describeSubject(subject)}`);
    },
  };
}

function denied(message: string): CallError {
  return new CallError(status.PERMISSION_DENIED, message);
}
