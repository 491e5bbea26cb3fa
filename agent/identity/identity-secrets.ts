import { IDENTITY_SECRET, TRUST_SECRET } from '../../common/contracts/identity-secrets.ts';
import type { Validity } from '../../common/certificate-validity.ts';
import { readCertificates } from '../secrets/pem.ts';
import { validityOf } from '../secrets/secret-content.ts';
import { certificateMessage, trustMessage } from '../secrets/secret-message.ts';
import type { Resource } from '../../xds/types.ts';
import type { HeldIdentity } from './held-identity.ts';

/** A secret of the identity, as Envoy gets it. */
export type IdentitySecret = { readonly resource: Resource; readonly validity: Validity };

/** The certificate of this node and the roots of the trust domain, as secrets for Envoy. */
export type IdentitySecrets = {
  /** Whether a name is that of one of the two. */
  readonly has: (name: string) => boolean;
  /** Undefined while the agent has no certificate. One that has ended stays: other proxies refuse it. */
  readonly get: (name: string) => IdentitySecret | undefined;
  /** Calls `listener` after each new certificate. */
  readonly onChange: (listener: () => void) => void;
};

/**
 * Returns the secrets of an identity, which has been checked: its key fits, its chain leads to a root, and it is valid. Envoy would accept
 * an expired pair, and fail in each handshake. `held`: the certificate to serve;
 * `acceptsExpired`: whether peers may have expired ones.
 */
export function identitySecrets(identity: {
  readonly held: () => HeldIdentity | undefined;
  readonly acceptsExpired: () => boolean;
  readonly onChange: (listener: () => void) => void;
}): IdentitySecrets {
  return {
    has: (name) => name === IDENTITY_SECRET || name === TRUST_SECRET,
    get(name) {
      const held = identity.held();
      return held && secretsOf(held, identity.acceptsExpired()).get(name);
    },
    onChange: identity.onChange,
  };
}

/** Encoded once per certificate and way to treat expired ones. */
function secretsOf(held: HeldIdentity, acceptsExpired: boolean): ReadonlyMap<string, IdentitySecret> {
  const encoded = acceptsExpired ? encodedForOutage : encodedAsUsual;
  const known = encoded.get(held);
  if (known !== undefined) return known;
  const [chain, key, roots] = [held.chain, held.key, held.roots].map((text) => Buffer.from(text));
  const made = new Map([
    [
      IDENTITY_SECRET,
      {
        resource: certificateMessage(IDENTITY_SECRET, chain ?? NOTHING, key ?? NOTHING),
        validity: validityOf('certificate', readCertificates(IDENTITY_SECRET, chain ?? NOTHING)),
      },
    ],
    [
      TRUST_SECRET,
      {
        resource: trustMessage(TRUST_SECRET, roots ?? NOTHING, { acceptsExpired }),
        validity: validityOf('trust', readCertificates(TRUST_SECRET, roots ?? NOTHING)),
      },
    ],
  ]);
  encoded.set(held, made);
  return made;
}

const NOTHING = Buffer.alloc(0);
const encodedAsUsual = new WeakMap<HeldIdentity, ReadonlyMap<string, IdentitySecret>>();
const encodedForOutage = new WeakMap<HeldIdentity, ReadonlyMap<string, IdentitySecret>>();
