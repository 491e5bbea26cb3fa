import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { roleCredentials, type ChainOf } from './role-credentials.ts';

const NONE = new Error('Could not load credentials from any providers');
const IN_TASK = { AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: '/v2/credentials/0123' };

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A chain that ends in this way. */
const chain = (outcome: () => ReturnType<ReturnType<ChainOf>>) => vi.fn<ChainOf>(() => outcome);
const failing = chain(async () => {
  throw NONE;
});

// https://github.com/boto/botocore/issues/1791, https://github.com/aws/aws-sdk-js/issues/692
test('a metadata service has more than a second, and is asked twice: one that answered after that never gave a role', async () => {
  const keys = { accessKeyId: 'AKIA', secretAccessKey: 's' };
  const chainOf = chain(async () => keys);
  expect(await roleCredentials('cn-north-1', { env: {}, chainOf })).toBe(keys);
  expect(chainOf).toHaveBeenCalledWith({
    timeout: 2000,
    maxRetries: 1,
    clientConfig: { region: 'cn-north-1' },
  });
});

// https://github.com/spiffe/spire/pull/7287, https://github.com/aws/aws-sdk-js-v3/issues/4679
test('without credentials, the error says what a container on an instance needs; in a task of ECS that is not the reason', async () => {
  await expect(roleCredentials('us-east-1', { env: {}, chainOf: failing })).rejects.toThrow(
    `the agent has no AWS credentials: ${NONE.message} (in a container on an EC2 instance, the hop limit`,
  );
  await expect(roleCredentials('us-east-1', { env: IN_TASK, chainOf: failing })).rejects.toThrow(
    /^the agent has no AWS credentials: Could not load credentials from any providers$/,
  );
});

test('the search ends before the control plane stops waiting for the proof: no other proof followed', async () => {
  const chainOf = chain(() => new Promise(() => undefined));
  const [ended] = await Promise.all([
    roleCredentials('us-east-1', { env: IN_TASK, chainOf }).catch((error: Error) => error.message),
    vi.advanceTimersByTimeAsync(8000),
  ]);
  expect(ended).toBe('the agent has no AWS credentials: they were not found within 8 s');
});
