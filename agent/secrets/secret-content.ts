import type { X509Certificate } from 'node:crypto';
import type { FileSecret } from '../../common/contracts/file-secret-name.ts';
import type { Validity } from '../../common/certificate-validity.ts';
import type { Resource } from '../../xds/types.ts';
import { checkKey, readCertificates } from './pem.ts';
import { certificateMessage, trustMessage } from './secret-message.ts';

/** A secret that Envoy accepts, and its validity. */
export type SecretContent = { readonly resource: Resource; readonly validity: Validity };

/** Returns the files of a secret, in the order of `secretContent`'s `contents`. */
export function filesOf(secret: FileSecret): readonly string[] {
  return secret.kind === 'trust' ? [secret.chain] : [secret.chain, secret.privateKey];
}

/**
 * Encodes the contents of the files for Envoy.
 * @throws SecretFileError if Envoy would reject the secret
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
 * Returns the validity of a secret. For a certificate with its chain, only the leaf counts: an expired extra certificate in the chain
 * does no harm. Authorities are valid as long as one of them is, because old and new ones overlap during a rotation.
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
