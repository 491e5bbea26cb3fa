import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { AwsCredentialIdentityProvider } from '@smithy/types';
import { isLoopback } from '../../common/addresses/host-port.ts';
import { withTimeout } from '../../common/limits/with-timeout.ts';
import { CommandError } from '../errors.ts';

/** Variables that name credentials. If one is set, credentials are required. */
const NAMED = [
  'AWS_ACCESS_KEY_ID',
  'AWS_PROFILE',
  'AWS_WEB_IDENTITY_TOKEN_FILE',
  'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
  'AWS_CONTAINER_CREDENTIALS_FULL_URI',
] as const;

/** The time-out of a metadata service, in milliseconds. */
const METADATA_LIMIT_MS = 1000;
/** The time-out of the whole provider chain, in milliseconds: STS, single sign-on, a `credential_process`. */
const LIMIT_MS = 20_000;

/**
 * Finds credentials with AWS's default provider chain (environment, shared files with their profiles, container, instance);
 * undefined if there are none. For an endpoint on loopback it does not ask for an instance role, because the request takes a
 * second if there is no metadata service. `limitMs`: the time-out of each request for credentials.
 * @throws CommandError if a variable names credentials that cannot be obtained
 */
export async function findCredentials(
  endpoint: URL,
  env: NodeJS.ProcessEnv,
  limitMs: number = LIMIT_MS,
): Promise<AwsCredentialIdentityProvider | undefined> {
  const named = NAMED.filter((name) => env[name] !== undefined && env[name] !== '');
  const host = endpoint.hostname.replaceAll(/[[\]]/g, '');
  if (named.length === 0 && !hasSharedFiles(env) && isLoopback(host)) return undefined;
  const { fromNodeProviderChain } = await import('@aws-sdk/credential-providers');
  const chain = fromNodeProviderChain({ timeout: METADATA_LIMIT_MS, maxRetries: 0 });
  // Credentials expire, so the signer calls the provider again.
  const provider = () => withTimeout(limitMs, 'there was no answer', chain());
  try {
    await provider();
    return provider;
  } catch (error) {
    if (named.length === 0) return undefined;
    throw new CommandError(`no AWS credentials can be had, although ${named.join(' and ')} is set`, {
      cause: error,
    });
  }
}

function hasSharedFiles(env: NodeJS.ProcessEnv): boolean {
  const folder = join(homedir(), '.aws');
  return [
    env['AWS_SHARED_CREDENTIALS_FILE'] ?? join(folder, 'credentials'),
    env['AWS_CONFIG_FILE'] ?? join(folder, 'config'),
  ].some((file) => existsSync(file));
}
