import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { roleCredentials } from './role-credentials.ts';

const { chainOf, chain } = vi.hoisted(() => {
  const found = vi.fn<() => Promise<object>>();
  return { chain: found, chainOf: vi.fn<(init: object) => typeof found>(() => found) };
});
vi.mock('@aws-sdk/credential-providers', () => ({ fromNodeProviderChain: chainOf }));

const NONE = new Error('Could not load credentials from any providers');
const IN_TASK = { AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: '/v2/credentials/0123' };

beforeEach(() => vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.clearAllMocks();
});

// https://github.com/boto/botocore/issues/1791, https://github.com/aws/aws-sdk-js/issues/692
test('a metadata service has more than a second, and is asked twice: one that answered after that never gave a role', async () => {
  const keys = { accessKeyId: 'AKIA', secretAccessKey: 's' };
  chain.mockResolvedValue(keys);
  expect(await roleCredentials('cn-north-1', {})).toBe(keys);
  expect(chainOf).toHaveBeenCalledWith({
    timeout: 2000,
    maxRetries: 1,
    clientConfig: { region: 'cn-north-1' },
  });
});

// https://github.com/spiffe/spire/pull/7287, https://github.com/aws/aws-sdk-js-v3/issues/4679
test('without credentials, the error says what a container on an instance needs; in a task of ECS that is not the reason', async () => {
  chain.mockRejectedValue(NONE);
  await expect(roleCredentials('us-east-1', {})).rejects.toThrow(
    `the agent has no AWS credentials: ${NONE.message} (in a container on an EC2 instance, the hop limit`,
  );
  await expect(roleCredentials('us-east-1', IN_TASK)).rejects.toThrow(
    /^the agent has no AWS credentials: Could not load credentials from any providers$/,
  );
});

test('the search ends before the control plane stops waiting for the proof: no other proof followed', async () => {
  chain.mockReturnValue(new Promise(() => undefined));
  const [ended] = await Promise.all([
    roleCredentials('us-east-1', IN_TASK).catch((error: Error) => error.message),
    vi.advanceTimersByTimeAsync(8000),
  ]);
  expect(ended).toBe('the agent has no AWS credentials: they were not found within 8 s');
});
