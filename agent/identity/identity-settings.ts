import type { Source } from '../../common/files/source.ts';
import { list, oneOf, type Reader } from '../../common/settings.ts';
import { readXdsSource } from '../settings/xds/xds-texts.ts';

/** How the agent proves who it is when it has no certificate yet. */
export const FIRST_PROOFS = ['join-token', 'aws-iam', 'x509'] as const;

/** A way to prove it. */
export type FirstProof = (typeof FIRST_PROOFS)[number];

/** The settings of the agent's identity. */
export type IdentitySettings = {
  /** The ways to try, in this order. */
  readonly proofs: readonly FirstProof[];
  /** The one-time token, if `join-token` is one of the ways. */
  readonly joinToken: Source | undefined;
};

/**
 * Reads `DAYBREAK_IDENTITY`, a list of ways, and the join token, which is a way by itself. Undefined: the agent has no identity, and
 * shows the control plane its token or certificate.
 */
export function readIdentity(read: Reader): IdentitySettings | undefined {
  const joinToken = readXdsSource(read, 'JOIN_TOKEN');
  const given = read('DAYBREAK_IDENTITY', list(oneOf(...FIRST_PROOFS)), undefined);
  if (given === undefined && joinToken === undefined) return undefined;
  const proofs = given ?? ['join-token'];
  if (proofs.includes('join-token') !== (joinToken !== undefined)) {
    const wanted = 'to be set exactly if join-token is one of the ways in DAYBREAK_IDENTITY';
    read.problem({
      name: joinToken?.setting ?? 'DAYBREAK_XDS_JOIN_TOKEN',
      got: undefined,
      wanted,
      isSecret: true,
    });
  }
  return { proofs, joinToken };
}
