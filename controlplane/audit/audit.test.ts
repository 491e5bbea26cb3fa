import { afterEach, beforeEach, expect, it } from 'vitest';
import { compileCredentials } from '../auth/credentials/credentials.ts';
import { DOCUMENT, OWNER, REGION, signed } from '../auth/testing/signed-requests.ts';
import { startApi, type TestApi } from '../api/testing/test-api.ts';
import { addAudit } from './audit.ts';

let api: TestApi;
let lines: string[];
let skipped: number;
beforeEach(async () => {
  api = await startApi({ credentials: compileCredentials(DOCUMENT) });
  lines = [];
  skipped = 0;
  addAudit(api.app, {
    append: (line) => lines.push(line),
    skip: () => (skipped += 1),
    region: REGION,
    now: () => api.clock.now,
    monotonic: () => api.clock.now,
  });
});
afterEach(() => api.close());

const events = () => lines.map((line) => JSON.parse(line) as Record<string, unknown>);
const UUID: unknown = expect.stringMatching(/^[0-9a-f-]{36}$/);

it('a change is one CloudTrail event', async () => {
  const spec = { egressFilter: { type: 'ALLOW_ALL' } };
  await api.callAs('AKADMIN', 'PUT', '/meshes', { meshName: 'colors', spec });
  expect(events()).toEqual([
    {
      eventVersion: '1.09',
      userIdentity: {
        type: 'IAMUser',
        arn: `arn:aws:iam::${OWNER}:user/admin`,
        accountId: OWNER,
        accessKeyId: 'AKADMIN',
        userName: 'admin',
      },
      eventTime: '2023-11-14T22:13:20Z',
      eventSource: 'appmesh.amazonaws.com',
      eventName: 'CreateMesh',
      awsRegion: REGION,
      sourceIPAddress: '127.0.0.1',
      userAgent: 'lightMyRequest',
      requestParameters: { meshName: 'colors', spec },
      responseElements: null,
      requestID: UUID,
      eventID: UUID,
      readOnly: false,
      resources: [{ ARN: `arn:aws:appmesh:${REGION}:${OWNER}:mesh/colors` }],
      eventType: 'AwsApiCall',
      managementEvent: true,
      recipientAccountId: OWNER,
      eventCategory: 'Management',
    },
  ]);
});

it('reads are not audited, unless they were denied', async () => {
  await api.callAs('AKADMIN', 'GET', '/meshes');
  await api.callAs('AKADMIN', 'GET', '/meshes/none');
  await api.callAs('AKPOWERLESS', 'GET', '/meshes');
  await api.callAs('AKNONE', 'GET', '/meshes');
  await api.call('GET', '/meshes');
  expect(events()).toMatchObject([
    {
      eventName: 'ListMeshes',
      readOnly: true,
      errorCode: 'AccessDeniedException',
      errorMessage: expect.stringContaining('appmesh:ListMeshes on resource: *') as string,
      userIdentity: { type: 'IAMUser', userName: 'powerless' },
    },
    {
      errorCode: 'UnrecognizedClientException',
      userIdentity: { type: 'Unknown', accessKeyId: 'AKNONE' },
      requestParameters: null,
    },
    { errorCode: 'MissingAuthenticationTokenException', userIdentity: { type: 'Unknown' } },
  ]);
});

it('a failed change is audited with its error', async () => {
  await api.callAs('AKADMIN', 'DELETE', '/meshes/none');
  await api.callAs('AKADMIN', 'PUT', '/meshes/none/virtualNodes', {
    virtualNodeName: 'a',
    spec: { typo: 1 },
  });
  expect(events()).toMatchObject([
    { eventName: 'DeleteMesh', errorCode: 'NotFoundException', requestParameters: { meshName: 'none' } },
    {
      eventName: 'CreateVirtualNode',
      errorCode: 'BadRequestException',
      requestParameters: { meshName: 'none', virtualNodeName: 'a', spec: { typo: 1 } },
    },
  ]);
});

it('very large parameters are omitted', async () => {
  const description = 'x'.repeat(100_001);
  await api.callAs('AKADMIN', 'PUT', '/meshes', { meshName: 'colors', description });
  expect(events()).toMatchObject([{ requestParameters: { omitted: true, reason: 'too large' } }]);
});

it('the audit contains no secrets', async () => {
  const query = { resourceArn: `arn:aws:appmesh:${REGION}:${OWNER}:mesh/colors` };
  const request = await signed(
    { method: 'PUT', path: '/v20190125/untag', query },
    { accessKeyId: 'ASVISITOR', sessionToken: 'token-token', presign: 60, at: api.clock.now },
  );
  const url = `/v20190125/untag?${new URLSearchParams(request.query as Record<string, string>).toString()}`;
  await api.app.inject({ method: 'PUT', url, headers: { host: 'daybreak.example' } });
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain('ASVISITOR');
  const signature = String(request.query['X-Amz-Signature']);
  for (const secret of [signature, 'token-token']) expect(lines[0]).not.toContain(secret);
});

it('denials of unauthenticated callers are rate limited, so that they cannot fill the disk', async () => {
  for (let call = 0; call < 1010; call += 1) await api.call('GET', '/meshes');
  expect([lines.length, skipped]).toEqual([1000, 10]);
  api.clock.now += 1000;
  await api.call('GET', '/meshes');
  expect(lines).toHaveLength(1001);
  await api.callAs('AKPOWERLESS', 'GET', '/meshes');
  expect(lines).toHaveLength(1002);
});
