import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { AwsCredentialIdentityProvider } from '@smithy/types';
import { isLoopback } from '../../common/host-port.ts';
import { within } from '../../common/within.ts';
import { CommandError } from '../errors.ts';

/** Variables that say that there are credentials: what they name has to be usable. */
const NAMED = [
  'AWS_ACCESS_KEY_ID',
  'AWS_PROFILE',
  'AWS_WEB_IDENTITY_TOKEN_FILE',
  'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
  'AWS_CONTAINER_CREDENTIALS_FULL_URI',
] as const;

/** How long a metadata service may take to answer, in milliseconds. */
const METADATA_LIMIT_MS = 1000;
/** How long all of it may take, in milliseconds: STS, single sign-on, a program that `credential_process` names. */
const LIMIT_MS = 20_000;

/**
 * Credentials by AWS's usual chain (environment, shared files with their profiles, container, instance), or undefined where
 * there are none. An instance's role is not asked for on the way to this machine itself: the question takes a second where
 * nobody answers it. `limitMs`: how long each question for them may take.
 * @throws CommandError where a variable names credentials that cannot be had
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
  // They expire, and are asked for again.
  const provider = () => within(limitMs, 'there was no answer', chain());
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
