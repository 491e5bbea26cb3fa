import type { FileSecret } from '../../common/file-secret-name.ts';
import type { Resource } from '../../xds/types.ts';
import { checkKey, readCertificates } from './pem.ts';
import { certificateMessage, trustMessage } from './secret-message.ts';

/** A secret that can be used. `notAfter`: when the first of its certificates to do so expires. */
export type SecretContent = { readonly resource: Resource; readonly notAfter: Date };

/** The files that a secret is read from, in the order of `secretContent`. */
export function filesOf(secret: FileSecret): readonly string[] {
  return secret.kind === 'trust' ? [secret.chain] : [secret.chain, secret.privateKey];
}

/**
 * Makes what Envoy is sent of the files' contents. Whether a certificate is valid today, the other side judges.
 * @throws SecretFileError, so that Envoy is never sent what it would refuse
 */
export function secretContent(
  name: string,
  secret: FileSecret,
  [chain = Buffer.alloc(0), privateKey = Buffer.alloc(0)]: readonly Buffer[],
): SecretContent {
  const certificates = readCertificates(secret.chain, chain);
  const notAfter = new Date(Math.min(...certificates.map(({ validToDate }) => validToDate.getTime())));
  if (secret.kind === 'trust') return { resource: trustMessage(name, chain), notAfter };
  checkKey(secret.privateKey, privateKey, certificates[0]);
  return { resource: certificateMessage(name, chain, privateKey), notAfter };
}
