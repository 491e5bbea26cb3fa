import type { Source } from '../../common/files/source.ts';
import { list, oneOf, text, type Parser, type Reader } from '../../common/settings.ts';
import type { StsVariant } from '../../common/contracts/attestation/sts-host.ts';
import { readXdsSource } from '../settings/xds/xds-texts.ts';

/** How the agent proves who it is when it has no certificate yet. */
const FIRST_PROOFS = ['join-token', 'aws-iam', 'aws-jwt', 'x509'] as const;

/** A way to prove it. */
export type FirstProof = (typeof FIRST_PROOFS)[number];

/** The settings of the agent's identity. */
export type IdentitySettings = {
  /** The ways to try, in this order. */
  readonly proofs: readonly FirstProof[];
  /** The one-time token, if `join-token` is one of the ways. */
  readonly joinToken: Source | undefined;
  /** The endpoint of AWS STS for `aws-jwt`. Undefined: AWS's own. */
  readonly stsEndpoint?: string | undefined;
  /** The kind of AWS's own endpoint. Undefined: the one that the control plane names. */
  readonly stsVariant?: StsVariant | undefined;
};

const url: Parser<string> = (value) =>
  URL.canParse(value) && /^https?:/.test(value)
    ? { value }
    : { wanted: 'a URL, e.g. https://vpce-1.sts.us-east-1.vpce.amazonaws.com' };

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
  // Without aws-jwt, the agent ignores a value that another tool set.
  const stsEndpoint = proofs.includes('aws-jwt')
    ? read('AWS_ENDPOINT_URL_STS', url, read('AWS_ENDPOINT_URL', url, undefined))
    : undefined;
  const stsVariant = proofs.includes('aws-jwt') ? readVariant(read) : undefined;
  return { proofs, joinToken, stsEndpoint, stsVariant };
}

/** Reads the variables by which AWS's tools choose FIPS endpoints and endpoints with IPv6. Any other value than `true` is none, as another tool may have set it. */
function readVariant(read: Reader): StsVariant | undefined {
  const isTrue = (name: string): boolean => read(name, text, '').toLowerCase() === 'true';
  const isFips = isTrue('AWS_USE_FIPS_ENDPOINT');
  const isDualStack = isTrue('AWS_USE_DUALSTACK_ENDPOINT');
  return isFips || isDualStack ? { isFips, isDualStack } : undefined;
}
