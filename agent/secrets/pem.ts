import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { SecretFileError } from '../errors.ts';

const BLOCK = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;
const CURVES: readonly (string | undefined)[] = ['prime256v1', 'secp384r1', 'secp521r1'];
const SHORTEST_RSA = 2048;

/**
 * Reads the certificates of a PEM file, in order.
 * @throws SecretFileError if there is none, or one is malformed
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
      throw new SecretFileError(file, `certificate ${index + 1} is malformed`, cause);
    }
  });
  if (first === undefined) throw new SecretFileError(file, 'no certificate in PEM format');
  return [first, ...others];
}

/**
 * Checks that a key belongs to a certificate, and that Envoy accepts a key of this type.
 * @throws SecretFileError
 */
export function checkKey(file: string, content: Buffer, leaf: X509Certificate): void {
  const key = readKey(file, content);
  const problem = kindProblem(key);
  if (problem !== undefined) throw new SecretFileError(file, problem);
  if (!leaf.checkPrivateKey(key))
    throw new SecretFileError(file, 'the key does not belong to the certificate');
}

function readKey(file: string, content: Buffer): KeyObject {
  try {
    return createPrivateKey(content);
  } catch (cause) {
    throw new SecretFileError(file, 'no private key in PEM format without a passphrase', cause);
  }
}

/** Applies the same check as Envoy to a TLS context. */
function kindProblem({
  asymmetricKeyType: type,
  asymmetricKeyDetails: details,
}: KeyObject): string | undefined {
  if (type === 'rsa') {
    const bits = details?.modulusLength ?? 0;
    return bits >= SHORTEST_RSA
      ? undefined
      : `the key is RSA with ${bits} bits: Envoy requires at least ${SHORTEST_RSA}`;
  }
  if (type === 'ed25519' || (type === 'ec' && CURVES.includes(details?.namedCurve))) return undefined;
  const kind = [type, details?.namedCurve].filter((part) => part !== undefined).join(' ');
  return `the key type is ${kind}: Envoy accepts RSA, Ed25519, and ECDSA on P-256, P-384 and P-521`;
}

/** Normalizes a hexadecimal serial number for comparison: Envoy and Node format it differently. */
export function serialOf(hexadecimal: string): string {
  return hexadecimal.toLowerCase().replace(/^0+/, '');
}
