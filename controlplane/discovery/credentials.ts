import type { AwsCredentialIdentityProvider } from '@smithy/types';
import { within } from '../../common/within.ts';

/** How long a metadata service may take to answer, in milliseconds. */
const METADATA_LIMIT_MS = 1000;
/** How long all of the chain may take, in milliseconds: less than a question has that waits for it. */
const LIMIT_MS = 4000;

/**
 * Credentials by AWS's usual chain. What it asks (STS, a metadata service, single sign-on) may be mute, and its own limits are
 * minutes: a question that takes too long is not waited for, and the next one is asked anew. The SDK is loaded with the first.
 */
export function awsCredentials(region: string): AwsCredentialIdentityProvider {
  let chain: AwsCredentialIdentityProvider | undefined;
  return async () => {
    const { fromNodeProviderChain } = await import('@aws-sdk/credential-providers');
    chain ??= fromNodeProviderChain({
      timeout: METADATA_LIMIT_MS,
      maxRetries: 1,
      clientConfig: { region, requestHandler: { connectionTimeout: LIMIT_MS, socketTimeout: LIMIT_MS } },
    });
    const asked = chain;
    try {
      return await within(LIMIT_MS, 'no AWS credentials could be had', asked());
    } catch (error) {
      // It shares one question among all who ask, also one that is never answered.
      if (chain === asked) chain = undefined;
      throw error;
    }
  };
}
