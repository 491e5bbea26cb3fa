import type { Challenge, Hello, Proof, ProofMethod } from '../../../common/contracts/attestation/messages.ts';
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
  /** The names of a certificate of another authority (`--client-ca`) that TLS verified. Empty, if there is none. */
  readonly foreignNames: { readonly uris: readonly string[]; readonly dns: readonly string[] };
};

/** A way to prove an identity. */
export type Prover = {
  readonly method: ProofMethod;
  /** Whether this attempt could use it. */
  readonly offers: (attempt: Pick<Attempt, 'certificateNames' | 'foreignNames' | 'spiffeId'>) => boolean;
  /** Verifies a proof. Returns the name of the principal for the log. @throws Refused */
  readonly verify: (attempt: Attempt, proof: Proof) => Promise<string>;
};
