import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { SecretFileError } from '../errors.ts';

const BLOCK = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;
const CURVES: readonly (string | undefined)[] = ['prime256v1', 'secp384r1', 'secp521r1'];
const SHORTEST_RSA = 2048;

/**
 * The certificates of a PEM file, in its order.
 * @throws SecretFileError where there is none, or one that cannot be read
 */
export function readCertificates(
  file: string,
  content: Buffer,
): readonly [X509Certificate, ...X509Certificate[]] {
  const blocks = content.toString('latin1').match(BLOCK) ?? [];
  const [first, ...others] = blocks.map((block, index) => {
    try {
      return new X509Certificate(block);
    } catch (cause) {
      throw new SecretFileError(file, `certificate ${index + 1} in it cannot be read`, cause);
    }
  });
  if (first === undefined) throw new SecretFileError(file, 'it has no certificate in PEM form');
  return [first, ...others];
}

/**
 * Makes sure that a key belongs to a certificate, and that Envoy takes one of its kind.
 * @throws SecretFileError
 */
export function checkKey(file: string, content: Buffer, leaf: X509Certificate): void {
  const key = readKey(file, content);
  const problem = kindProblem(key);
  if (problem !== undefined) throw new SecretFileError(file, problem);
  if (!leaf.checkPrivateKey(key)) throw new SecretFileError(file, 'it is not the key of the certificate');
}

function readKey(file: string, content: Buffer): KeyObject {
  try {
    return createPrivateKey(content);
  } catch (cause) {
    throw new SecretFileError(file, 'it has no private key in PEM form, without a passphrase', cause);
  }
}

/** As Envoy's own check of a TLS context. */
function kindProblem({
  asymmetricKeyType: type,
  asymmetricKeyDetails: details,
}: KeyObject): string | undefined {
  if (type === 'rsa') {
    const bits = details?.modulusLength ?? 0;
    return bits >= SHORTEST_RSA
      ? undefined
      : `it is an RSA key of ${bits} bits: Envoy takes ${SHORTEST_RSA} at least`;
  }
  if (type === 'ed25519' || (type === 'ec' && CURVES.includes(details?.namedCurve))) return undefined;
  const kind = [type, details?.namedCurve].filter((part) => part !== undefined).join(' ');
  return `it is a key of the kind ${kind}: Envoy takes RSA, Ed25519, and ECDSA on P-256, P-384 and P-521`;
}

/** A serial number in hexadecimal, as it can be compared: Envoy and Node write it differently. */
export function serialOf(hexadecimal: string): string {
  return hexadecimal.toLowerCase().replace(/^0+/, '');
}
