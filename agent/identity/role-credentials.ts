import type { AwsCredentialIdentity } from '@smithy/types';
import { errorText } from '../../common/error-text.ts';
import { withTimeout } from '../../common/limits/with-timeout.ts';

/** Time-out of one request to a metadata service, in milliseconds: one that has just started, with its task or instance, may take more than a second. */
const METADATA_LIMIT_MS = 2000;
/** Time-out of the whole search, in milliseconds: the control plane waits 10 s for the proof. */
const LIMIT_MS = 8000;

const HOP_LIMIT =
  'in a container on an EC2 instance, the hop limit of the instance’s metadata service has to be 2 or more';

/** AWS's default chain of sources of credentials, with the inputs that are used here. */
export type ChainOf = (init: {
  readonly timeout: number;
  readonly maxRetries: number;
  readonly clientConfig: { readonly region: string };
}) => () => Promise<AwsCredentialIdentity>;

/** Inputs of a search. Default: those of the process. */
export type RoleCredentialsOptions = {
  readonly env?: NodeJS.ProcessEnv;
  readonly chainOf?: ChainOf;
};

/**
 * Returns credentials of the role of the task or instance, by AWS's default chain. The SDK takes megabytes: only an agent that uses it loads it.
 * @throws Error if there are none
 */
export async function roleCredentials(
  region: string,
  { env = process.env, chainOf }: RoleCredentialsOptions = {},
): Promise<AwsCredentialIdentity> {
  const open: ChainOf = chainOf ?? (await import('@aws-sdk/credential-providers')).fromNodeProviderChain;
  const chain = open({
    timeout: METADATA_LIMIT_MS,
    maxRetries: 1,
    // The SDK exchanges a web identity in this region. Its default region is not in China's partition.
    clientConfig: { region },
  });
  try {
    return await withTimeout(LIMIT_MS, 'they were not found', chain());
  } catch (cause) {
    const isTask = Object.keys(env).some((name) => name.startsWith('AWS_CONTAINER_CREDENTIALS_'));
    const hint = isTask ? '' : ` (${HOP_LIMIT})`;
    throw new Error(`the agent has no AWS credentials: ${errorText(cause)}${hint}`, { cause });
  }
}
