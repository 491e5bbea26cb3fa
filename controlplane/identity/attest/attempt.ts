import type { Challenge, Hello, Proof, ProofMethod } from '../../../common/contracts/attestation/messages.ts';
import type { ProofRecord } from '../../mesh/identity-records.ts';
import type { ProxyId } from '../../mesh/proxy-view.ts';

/** One attempt of an agent, as far as the control plane knows it before the proof. */
export type Attempt = {
  readonly hello: Hello;
  /** The resource that the node.id names. */
  readonly proxy: ProxyId;
  readonly spiffeId: string;
  readonly challenge: Challenge;
  /** The address that the agent connects from, without a port. */
  readonly address: string;
  /** The URI names of the connection's certificate, if it is one of this authority. Empty, if there is none. */
  readonly certificateNames: readonly string[];
  /** The serial number of that certificate, in hexadecimal; undefined, if there is none. */
  readonly certificateSerial: string | undefined;
  /** Why that certificate is not renewed, although the agent asked for it. Undefined: it is, or there is none. */
  readonly renewalFault?: string | undefined;
  /** The names of a certificate of another authority (`--client-ca`) that TLS verified. Empty, if there is none. */
  readonly foreignNames: { readonly uris: readonly string[]; readonly dns: readonly string[] };
};

/** The methods that the agent offers. */
export type Offered = { readonly methods: readonly ProofMethod[] };

/** A way to prove an identity. */
export type Prover = {
  readonly method: ProofMethod;
  /** Whether this attempt could use it. */
  readonly offers: (
    attempt: Pick<Attempt, 'certificateNames' | 'certificateSerial' | 'foreignNames' | 'spiffeId'> & Offered,
  ) => boolean;
  /** Why it does not offer itself for a certificate of the node; undefined if it does, or for another reason. */
  readonly fault?: (
    attempt: Pick<Attempt, 'certificateNames' | 'certificateSerial' | 'spiffeId'> & Offered,
  ) => string | undefined;
  /** Verifies a proof. @throws Refused */
  readonly verify: (attempt: Attempt, proof: Proof) => Promise<Proven>;
};

/** A proof that was verified. */
export type Proven = {
  /** The name of the principal, for people. */
  readonly principal: string;
  /** To check the principal again later. Undefined: it is not known. */
  readonly proof: ProofRecord | undefined;
  /** When the agent gave that proof, in milliseconds since 1970. Default: now. */
  readonly proven?: number;
  /** The serial number of the certificate that is renewed. */
  readonly replaces?: string;
};
