import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { IssuedCertificate } from '../../common/contracts/attestation/messages.ts';
import { readCertificates } from '../secrets/pem.ts';
import { resourceName } from '../settings/parsers/resource-name.ts';
import { pemOf } from './pem.ts';
import { isIssuedBy } from '../../common/is-issued-by.ts';

/** A certificate with its key, ready for TLS. Times in milliseconds since 1970. */
export type HeldIdentity = {
  readonly nodeId: string;
  readonly spiffeId: string;
  /** PKCS #8 in PEM. */
  readonly key: string;
  /** The chain in PEM, the leaf first. */
  readonly chain: string;
  /** The roots of the trust domain in PEM. */
  readonly roots: string;
  readonly ends: number;
  readonly renew: number;
  /** The generation of the authority. Undefined in the files of earlier versions. */
  readonly generation?: number;
  /** How long the mesh accepts expired certificates in an outage of the control plane, in seconds. Undefined: not at all. */
  readonly expiredGraceSeconds?: number;
  /** A late moment at which a control plane answered. Undefined in the files of earlier versions. */
  readonly contact?: number;
};

/**
 * Puts a certificate together with its key. The end is that of the certificate; a renewal that is not before it is half-way.
 * @throws Error if the control plane sent a certificate that does not fit the node, the key or the clock: Envoy and TLS would fail later, and
 * without a clear reason
 */
export function holdIdentity(
  nodeId: string,
  key: string,
  issued: IssuedCertificate,
  now: number,
): HeldIdentity {
  const { chain, roots, spiffeId, ends, renew, generation, expiredGraceSeconds } = issued;
  const received = {
    nodeId,
    spiffeId,
    key,
    chain: chain.map((each) => pemOf('CERTIFICATE', each)).join(''),
    roots: roots.map((each) => pemOf('CERTIFICATE', each)).join(''),
    ends,
    renew,
    generation,
    expiredGraceSeconds,
    contact: now,
  };
  const problem = identityProblem(received, nodeId, now);
  if (problem !== undefined)
    throw new Error(`the certificate of the control plane cannot be used: ${problem}`);
  const end = new X509Certificate(received.chain).validToDate.getTime();
  return { ...received, ends: end, renew: renew < end ? renew : (now + end) / 2 };
}

/** The shortest time between a certificate and its renewal, in milliseconds. */
const LEAST_RENEWAL_MS = 60_000;

/**
 * Returns how long to wait after a new certificate before its renewal, in milliseconds: at least a minute. If the clock here is ahead of the
 * control plane's, the time of renewal may have passed already, and renewals would follow one another without a pause.
 */
export function untilRenewal({ renew }: Pick<HeldIdentity, 'renew'>, now: number): number {
  return Math.max(renew - now, LEAST_RENEWAL_MS * (1 + Math.random() / 2));
}

/** Returns why an identity cannot be used now; undefined if it can. */
export function identityProblem(held: HeldIdentity, nodeId: string, now: number): string | undefined {
  if (held.nodeId !== nodeId) return `it is that of ${held.nodeId}`;
  try {
    const leaf = new X509Certificate(held.chain);
    if (!leaf.checkPrivateKey(createPrivateKey(held.key))) return 'its key is another';
    if (held.roots === '') return 'it came without roots';
    const ends = leaf.validToDate.getTime();
    if (ends <= now)
      return `it ended at ${leaf.validToDate.toISOString()}, and the clock here is at ${new Date(now).toISOString()}`;
    if (leaf.validFromDate.getTime() > now)
      return `it begins at ${leaf.validFromDate.toISOString()}, and the clock here is at ${new Date(now).toISOString()}`;
    return chainProblem(held, now);
  } catch {
    return 'it is damaged';
  }
}

/** Why a certificate does not lead to one of its roots, or is not that of its SPIFFE id; undefined if it does and is. */
function chainProblem({ chain, roots, spiffeId, nodeId }: HeldIdentity, now: number): string | undefined {
  const [leaf, ...issuers] = readCertificates('', Buffer.from(chain));
  if (leaf.subjectAltName !== `URI:${spiffeId}`) return `it is not that of ${spiffeId}`;
  if (!isOf(nodeId, spiffeId)) return `it is that of ${spiffeId}`;
  let last = leaf;
  for (const issuer of issuers) {
    if (!isIssuedBy(last, issuer)) return 'its chain is broken';
    if (issuer.validToDate.getTime() <= now) return `its issuer ended at ${issuer.validToDate.toISOString()}`;
    last = issuer;
  }
  const [root] = readCertificates('', Buffer.from(roots)).filter((each) => isIssuedBy(last, each));
  if (root === undefined) return 'none of its roots issued it';
  return root.validToDate.getTime() <= now
    ? `its root ended at ${root.validToDate.toISOString()}`
    : undefined;
}

/** Whether a SPIFFE id is that of a node. The node's id need not name the account of the mesh. */
function isOf(nodeId: string, spiffeId: string): boolean {
  const named = resourceName(nodeId);
  if (!('value' in named)) return true;
  const { mesh, kind, name } = named.value;
  return spiffeId.endsWith(`/mesh/${mesh}/${kind}/${name}`);
}

/** Returns the fingerprint of the root that an identity leads to; undefined if it leads to none. */
export function rootOf({ chain, roots }: Pick<HeldIdentity, 'chain' | 'roots'>): string | undefined {
  const last = readCertificates('', Buffer.from(chain)).at(-1);
  const trusted = readCertificates('', Buffer.from(roots));
  return trusted.find((root) => last !== undefined && isIssuedBy(last, root))?.fingerprint256;
}
