import type { KMSClient } from '@aws-sdk/client-kms';
import { awsCredentials } from '../../../common/aws-credentials.ts';
import { errorText } from '../../../common/error-text.ts';
import { IdentityError } from '../errors.ts';
import type { Sealer } from './seal.ts';

/** A key of AWS KMS. `endpoint` replaces AWS's own address; undefined: AWS's. */
export type KmsKey = { readonly arn: string; readonly region: string; readonly endpoint: string | undefined };

const KMS = 'kms';
/** Time-out of one call with its attempts, in milliseconds. */
const LIMIT_MS = 15_000;

/** Seals with AWS KMS: a symmetric key, which never leaves KMS. The purpose is the encryption context, which KMS writes to CloudTrail. */
export function sealWithKms({ arn, region, endpoint }: KmsKey): Sealer {
  let client: KMSClient | undefined;

  async function load() {
    const sdk = await import('@aws-sdk/client-kms');
    const credentials = awsCredentials(region);
    client ??= new sdk.KMSClient({ region, credentials, maxAttempts: 3, ...(endpoint && { endpoint }) });
    return { sdk, client };
  }
  const contextOf = (purpose: string) => ({ 'daybreak:purpose': purpose });

  return {
    keyId: arn,
    async seal(plain, purpose) {
      const { sdk, client: kms } = await load();
      const command = new sdk.EncryptCommand({
        KeyId: arn,
        Plaintext: plain,
        EncryptionContext: contextOf(purpose),
      });
      const { CiphertextBlob } = await kms
        .send(command, { abortSignal: AbortSignal.timeout(LIMIT_MS) })
        .catch((cause: unknown) => {
          throw unusable(arn, 'encrypt', cause);
        });
      return `${KMS}..${Buffer.from(CiphertextBlob ?? new Uint8Array()).toString('base64url')}`;
    },
    async open(text, purpose) {
      const [by = '', , sealed = ''] = text.split('.');
      if (by !== KMS) {
        throw new IdentityError(
          'CA_KEY_UNUSABLE',
          `--ca-key: the authority's keys were sealed with key ${by}, and not by AWS KMS: start with the key that sealed them`,
        );
      }
      const { sdk, client: kms } = await load();
      const command = new sdk.DecryptCommand({
        KeyId: arn,
        CiphertextBlob: new Uint8Array(Buffer.from(sealed, 'base64url')),
        EncryptionContext: contextOf(purpose),
      });
      const { Plaintext } = await kms
        .send(command, { abortSignal: AbortSignal.timeout(LIMIT_MS) })
        .catch((cause: unknown) => {
          if (cause instanceof sdk.InvalidCiphertextException)
            throw new IdentityError('AUTHORITY_DAMAGED', `the sealed key of ${purpose} was changed`, {
              cause,
            });
          throw unusable(arn, 'decrypt', cause);
        });
      return new Uint8Array(Plaintext ?? new Uint8Array());
    },
  };
}

function unusable(arn: string, what: string, cause: unknown): IdentityError {
  return new IdentityError(
    'CA_KEY_UNUSABLE',
    `--ca-key="kms:${arn}": AWS KMS does not ${what}: ${errorText(cause)}`,
    { cause },
  );
}
