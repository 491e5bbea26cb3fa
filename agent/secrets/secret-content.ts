import type { X509Certificate } from 'node:crypto';
import type { FileSecret } from '../../common/contracts/file-secret-name.ts';
import type { Validity } from '../../common/certificate-validity.ts';
import type { Resource } from '../../xds/types.ts';
import { checkKey, readCertificates } from './pem.ts';
import { certificateMessage, trustMessage } from './secret-message.ts';

/** A secret that Envoy would take, and its time. */
export type SecretContent = { readonly resource: Resource; readonly validity: Validity };

/** The files that a secret is read from, in the order of `secretContent`. */
export function filesOf(secret: FileSecret): readonly string[] {
  return secret.kind === 'trust' ? [secret.chain] : [secret.chain, secret.privateKey];
}

/**
 * Makes what Envoy is sent of the files' contents.
 * @throws SecretFileError, so that Envoy is never sent what it would refuse
 */
export function secretContent(
  name: string,
  secret: FileSecret,
  [chain = Buffer.alloc(0), privateKey = Buffer.alloc(0)]: readonly Buffer[],
): SecretContent {
  const certificates = readCertificates(secret.chain, chain);
  const validity = validityOf(secret.kind, certificates);
  if (secret.kind === 'trust') return { resource: trustMessage(name, chain), validity };
  checkKey(secret.privateKey, privateKey, certificates[0]);
  return { resource: certificateMessage(name, chain, privateKey), validity };
}

/**
 * The time of a certificate with its chain is that of the first, which the others are there to vouch for: one too many that
 * has expired does no harm. Authorities are good as long as one of them is, for the old one goes while the new one comes.
 */
export function validityOf(
  kind: FileSecret['kind'],
  [first, ...others]: readonly [X509Certificate, ...X509Certificate[]],
): Validity {
  const counted = kind === 'certificate' ? [first] : [first, ...others];
  return {
    notBefore: Math.min(...counted.map(({ validFromDate }) => validFromDate.getTime())),
    notAfter: Math.max(...counted.map(({ validToDate }) => validToDate.getTime())),
  };
}
