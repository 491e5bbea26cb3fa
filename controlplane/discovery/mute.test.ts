import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { createLog } from '../../common/log.ts';
import { createAcm } from './certificates/acm.ts';
import { createPrivateCa } from './certificates/private-ca.ts';
import { createCloudMap } from './cloud-map.ts';
import { openDiscovery } from './discovery.ts';
import { startMute } from '../../common/testing/mute.ts';
import { callWithTimeout } from './poll.ts';
import { SHORT_FORM } from '../../common/testing/short-form.ts';

// AWS services that accept connections and never answer.

const REGION = 'eu-west-1';
const ARN = `:${REGION}:111122223333:`;
/** More than the semaphore admits at once. */
const SERVICES = 20;

beforeEach(() => {
  vi.stubEnv('AWS_REGION', REGION);
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
});
afterEach(() => vi.unstubAllEnvs());

test.skipIf(SHORT_FORM).each([
  [
    'Cloud Map',
    (endpoint: string, signal: AbortSignal) => createCloudMap(REGION, endpoint).instances('n', 's', signal),
  ],
  [
    'ACM',
    (endpoint: string, signal: AbortSignal) =>
      createAcm(endpoint).certificate(`arn:aws:acm${ARN}certificate/c`, signal),
  ],
  [
    'AWS Private CA',
    (endpoint: string, signal: AbortSignal) =>
      createPrivateCa(endpoint).authority(`arn:aws:acm-pca${ARN}certificate-authority/a`, signal),
  ],
] as const)('a request to %s that gets no answer times out, and its connection is closed', async (_, ask) => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
  const { port, open } = await startMute();
  const asked = callWithTimeout(
    async (signal) => ask(`http://127.0.0.1:${port}`, signal),
    2000,
    new AbortController().signal,
  );
  await expect(asked).rejects.toThrow('no answer in 2 s');
  await expect.poll(open).toBe(0);
});

const CREDENTIALS = `<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleWithWebIdentityResult>
  <Credentials><AccessKeyId>ASIA</AccessKeyId><SecretAccessKey>secret</SecretAccessKey><SessionToken>token</SessionToken>
  <Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>`;

test.skipIf(SHORT_FORM)(
  'Cloud Map is polled again as soon as an STS that did not answer recovers',
  async () => {
    let isMute = true;
    const aws = createServer((request, response) => {
      if (request.headers['x-amz-target'] !== undefined) return void response.end('{"Instances":[]}');
      if (!isMute) response.setHeader('content-type', 'text/xml').end(CREDENTIALS);
    });
    aws.listen(0, '127.0.0.1');
    await once(aws, 'listening');
    const endpoint = `http://127.0.0.1:${(aws.address() as AddressInfo).port}`;
    const folder = await mkdtemp(join(tmpdir(), 'daybreak-sts-'));
    await writeFile(join(folder, 'token'), 'token');
    for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_PROFILE']) vi.stubEnv(name, '');
    vi.stubEnv('AWS_CONFIG_FILE', join(folder, 'none'));
    vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', join(folder, 'none'));
    vi.stubEnv('AWS_WEB_IDENTITY_TOKEN_FILE', join(folder, 'token'));
    vi.stubEnv('AWS_ROLE_ARN', 'arn:aws:iam::111122223333:role/r');
    vi.stubEnv('AWS_ENDPOINT_URL_STS', endpoint);
    const polls: string[] = [];
    const discovery = await openDiscovery(
      {
        region: REGION,
        cloudMapInterval: 50,
        cloudMapCache: undefined,
        certificates: undefined,
        endpoints: { cloudMap: endpoint, acm: undefined, privateCa: undefined },
      },
      createLog('test', 'silent'),
      { poll: (_source, outcome) => void polls.push(outcome) },
    );
    onTestFinished(async () => {
      await discovery.close();
      aws.close();
      aws.closeAllConnections();
      await rm(folder, { recursive: true });
    });
    const asking = discovery.ask('subscriber');
    for (let service = 0; service < SERVICES; service += 1) asking.found.instances('n', `s${service}`);
    asking.end();
    await expect.poll(() => polls.length).toBeGreaterThanOrEqual(SERVICES);
    expect(new Set(polls)).toEqual(new Set(['failed']));
    isMute = false;
    await expect.poll(() => polls).toContain('answered');
  },
);
