import type { AwsCredentialIdentityProvider } from '@smithy/types';
import { withTimeout } from './limits/with-timeout.ts';

/** Time-out of a metadata service, in milliseconds. */
const METADATA_LIMIT_MS = 1000;
/** Time-out of the whole chain, in milliseconds: less than that of the request that waits for it. */
const LIMIT_MS = 4000;

/**
 * Provides credentials by AWS's default chain. Its sources (STS, a metadata service, single sign-on) may not answer, and its own
 * time-outs are minutes: a lookup that takes too long is abandoned, and the next one starts from the beginning. The SDK is loaded with the
 * first lookup.
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
      return await withTimeout(LIMIT_MS, 'found no AWS credentials', asked());
    } catch (error) {
      // The chain shares one pending lookup among all callers, even a lookup that never ends.
      if (chain === asked) chain = undefined;
      throw error;
    }
  };
}
