import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { compileCredentials } from '../auth/credentials/credentials.ts';
import { DOCUMENT, GUEST, OWNER, secretOf } from '../auth/testing/signed-requests.ts';
import { startApi, type Answer, type TestApi } from './testing/test-api.ts';

let api: TestApi;
beforeEach(async () => {
  api = await startApi({ credentials: compileCredentials(DOCUMENT) });
});
afterEach(() => api.close());

const ok = async (answer: Promise<Answer>): Promise<Answer['body']> => {
  const { status, body } = await answer;
  expect({ status, body }).toMatchObject({ status: 200 });
  return body;
};
const denied = (message: string) => ({
  status: 403,
  error: 'AccessDeniedException',
  body: { message: expect.stringContaining(message) as string },
});
const forbidden = (message: string) => ({ ...denied(message), error: 'ForbiddenException' });
const meshes = async (accessKeyId: string): Promise<string[]> => {
  const body = await ok(api.callAs(accessKeyId, 'GET', '/meshes'));
  return (body['meshes'] as { meshName: string; meshOwner: string }[]).map(
    ({ meshName, meshOwner }) => `${meshName} of ${meshOwner}`,
  );
};
const node = (virtualNodeName: string) => ({ virtualNodeName, spec: {} });
const arn = (path: string): string => `arn:aws:appmesh:eu-west-1:${OWNER}:${path}`;

it("a page token of one account's list of meshes is refused in another account", async () => {
  for (const meshName of ['a', 'b']) {
    await ok(api.callAs('AKADMIN', 'PUT', '/meshes', { meshName }));
    await ok(api.callAs('AKGUEST', 'PUT', '/meshes', { meshName }));
  }
  const { nextToken } = await ok(api.callAs('AKADMIN', 'GET', '/meshes?limit=1'));
  const next = `/meshes?limit=1&nextToken=${String(nextToken)}`;
  expect((await ok(api.callAs('AKADMIN', 'GET', next)))['meshes']).toMatchObject([{ meshName: 'b' }]);
  expect(await api.callAs('AKGUEST', 'GET', next)).toMatchObject({
    error: 'BadRequestException',
    body: { message: expect.stringContaining('belongs to another list') },
  });
});

describe('the permissions of a user', () => {
  it('are none without a signature', async () => {
    expect(await api.call('GET', '/meshes')).toMatchObject({
      status: 403,
      error: 'MissingAuthenticationTokenException',
    });
  });

  it('are none without a policy', async () => {
    expect(await api.callAs('AKPOWERLESS', 'GET', '/meshes')).toMatchObject(
      denied(
        `User: arn:aws:iam::${OWNER}:user/powerless is not authorized to perform: appmesh:ListMeshes on resource: * because no identity-based policy allows the appmesh:ListMeshes action`,
      ),
    );
  });

  it('are those that its policies allow', async () => {
    await ok(api.callAs('AKADMIN', 'PUT', '/meshes', { meshName: 'colors' }));
    await ok(api.callAs('AKREADER', 'GET', '/meshes/colors'));
    await ok(api.callAs('AKREADER', 'GET', '/meshes/colors/virtualNodes'));
    expect(await api.callAs('AKREADER', 'DELETE', '/meshes/colors')).toMatchObject(
      denied(`appmesh:DeleteMesh on resource: ${arn('mesh/colors')} because no identity-based policy`),
    );
    expect(await api.callAs('AKREADER', 'PUT', '/meshes/colors/virtualNodes', node('a'))).toMatchObject(
      denied(`appmesh:CreateVirtualNode on resource: ${arn('mesh/colors/virtualNode/a')}`),
    );
    const tags = `/tags?resourceArn=${encodeURIComponent(arn('mesh/colors'))}`;
    await ok(api.callAs('AKREADER', 'GET', tags));
    const untag = tags.replace('/tags', '/untag');
    expect(await api.callAs('AKREADER', 'PUT', untag, { tagKeys: ['a'] })).toMatchObject(
      denied(`appmesh:UntagResource on resource: ${arn('mesh/colors')}`),
    );
  });

  it('apply only to the named resources, and an explicit deny wins', async () => {
    await ok(api.callAs('AKCAREFUL', 'PUT', '/meshes', { meshName: 'shared-2' }));
    expect(await api.callAs('AKCAREFUL', 'PUT', '/meshes', { meshName: 'other' })).toMatchObject(
      denied('appmesh:CreateMesh'),
    );
    expect(await api.callAs('AKCAREFUL', 'DELETE', '/meshes/shared-2')).toMatchObject(
      denied('with an explicit deny in an identity-based policy'),
    );
    expect(await api.callAs('AKCAREFUL', 'GET', '/meshes')).toMatchObject(denied('on resource: *'));
  });

  it('must include TagResource to create a resource with tags', async () => {
    const credentials = compileCredentials({
      accounts: [
        {
          id: OWNER,
          users: [
            {
              name: 'maker',
              accessKeys: [{ accessKeyId: 'AKMAKER', secretAccessKey: 'secret-of-AKMAKER-123456' }],
              policies: [{ Statement: { Effect: 'Allow', Action: 'appmesh:Create*', Resource: '*' } }],
            },
          ],
        },
      ],
    });
    await api.close();
    api = await startApi({ credentials });
    const tags = [{ key: 'a', value: 'b' }];
    expect(await api.callAs('AKMAKER', 'PUT', '/meshes', { meshName: 'colors', tags })).toMatchObject(
      denied('appmesh:TagResource'),
    );
    await ok(api.callAs('AKMAKER', 'PUT', '/meshes', { meshName: 'colors', tags: [] }));
  });
});

describe('two accounts', () => {
  it('may each have a mesh of the same name', async () => {
    for (const key of ['AKADMIN', 'AKGUEST']) {
      await ok(api.callAs(key, 'PUT', '/meshes', { meshName: 'shared' }));
      await ok(api.callAs(key, 'PUT', '/meshes/shared/virtualNodes', node(`of-${key}`)));
    }
    expect(await meshes('AKADMIN')).toEqual([`shared of ${OWNER}`]);
    expect(await meshes('AKGUEST')).toEqual([`shared of ${OWNER}`, `shared of ${GUEST}`]);
    const { virtualNodes } = await ok(api.callAs('AKGUEST', 'GET', '/meshes/shared/virtualNodes'));
    expect(virtualNodes).toMatchObject([{ virtualNodeName: 'of-AKGUEST', meshOwner: GUEST }]);
    const path = `/meshes/shared/virtualNodes?meshOwner=${OWNER}`;
    const others = await ok(api.callAs('AKGUEST', 'GET', path));
    expect(others['virtualNodes']).toMatchObject([{ virtualNodeName: 'of-AKADMIN', meshOwner: OWNER }]);
    const first = await ok(api.callAs('AKGUEST', 'GET', '/meshes?limit=1'));
    const second = await ok(
      api.callAs('AKGUEST', 'GET', `/meshes?limit=1&nextToken=${String(first['nextToken'])}`),
    );
    expect([first, second].map((page) => (page['meshes'] as { meshOwner: string }[])[0]?.meshOwner)).toEqual([
      OWNER,
      GUEST,
    ]);
  });

  it('get the same error for an unshared mesh and for a missing mesh', async () => {
    await ok(api.callAs('AKADMIN', 'PUT', '/meshes', { meshName: 'private' }));
    for (const name of ['private', 'none']) {
      expect(await api.callAs('AKGUEST', 'GET', `/meshes/${name}?meshOwner=${OWNER}`)).toMatchObject(
        denied(
          `because no resource-based policy allows the appmesh:DescribeMesh action: account ${OWNER} shares no mesh ${name} with account ${GUEST}`,
        ),
      );
    }
    const tags = `/tags?resourceArn=${encodeURIComponent(arn('mesh/private'))}`;
    expect(await api.callAs('AKGUEST', 'GET', tags)).toMatchObject(denied('appmesh:ListTagsForResource'));
  });

  it("each update their own resources in a shared mesh, and the mesh's owner may delete all of them", async () => {
    const nodes = '/meshes/shared/virtualNodes';
    const guest = `meshOwner=${OWNER}`;
    await ok(api.callAs('AKADMIN', 'PUT', '/meshes', { meshName: 'shared' }));
    await ok(api.callAs('AKADMIN', 'PUT', nodes, node('owners')));
    expect(await ok(api.callAs('AKGUEST', 'PUT', `${nodes}?${guest}`, node('guests')))).toMatchObject({
      metadata: {
        arn: arn('mesh/shared/virtualNode/guests'),
        meshOwner: OWNER,
        resourceOwner: GUEST,
      },
    });
    const spec = { backends: [] };
    await ok(api.callAs('AKGUEST', 'PUT', `${nodes}/guests?${guest}`, { spec }));
    await ok(api.callAs('AKGUEST', 'GET', `${nodes}/owners?${guest}`));
    expect(await api.callAs('AKGUEST', 'PUT', `${nodes}/owners?${guest}`, { spec })).toMatchObject(
      forbidden(
        `VirtualNode with name owners was made by account ${OWNER}, and only that account may change it`,
      ),
    );
    expect(await api.callAs('AKADMIN', 'PUT', `${nodes}/guests`, { spec })).toMatchObject(
      forbidden(`was made by account ${GUEST}`),
    );
    const tag = `/tag?resourceArn=${encodeURIComponent(arn('mesh/shared'))}`;
    expect(await api.callAs('AKGUEST', 'PUT', tag, { tags: [{ key: 'a', value: '' }] })).toMatchObject(
      forbidden('Mesh with name shared'),
    );
    expect(await api.callAs('AKGUEST', 'DELETE', `${nodes}/owners?${guest}`)).toMatchObject(
      forbidden(`only that account and the owner of the mesh may delete it`),
    );
    await ok(api.callAs('AKADMIN', 'DELETE', `${nodes}/guests`));
  });

  it('have separate client tokens', async () => {
    const mesh = { meshName: 'colors', clientToken: 'one' };
    await ok(api.callAs('AKADMIN', 'PUT', '/meshes', mesh));
    await ok(api.callAs('AKGUEST', 'PUT', '/meshes', { ...mesh, spec: {} }));
    expect(await api.callAs('AKADMIN', 'PUT', '/meshes', { ...mesh, spec: {} })).toMatchObject({
      error: 'ConflictException',
    });
  });
});

describe('a route that is not an operation', () => {
  it.each(['/healthz', '/readyz'])('%s needs no authentication', async (url) => {
    expect((await api.app.inject({ url })).statusCode).toBe(200);
  });

  it('accepts a key as a basic-auth password on loopback or over TLS only', async () => {
    api.app.get('/peek', { config: { action: 'daybreak:GetStatus' } }, async () => ({}));
    const ask = async (url: string, key: string, remoteAddress = '127.0.0.1') => {
      const authorization = `Basic ${Buffer.from(`${key}:${secretOf(key)}`).toString('base64')}`;
      const { statusCode, headers } = await api.app.inject({
        url,
        remoteAddress,
        headers: { authorization },
      });
      return [statusCode, headers['x-amzn-errortype']];
    };
    expect(await ask('/peek', 'AKADMIN')).toEqual([200, undefined]);
    expect(await ask('/peek', 'AKREADER')).toEqual([403, 'AccessDeniedException']);
    expect(await ask('/peek', 'AKADMIN', '10.0.0.1')).toEqual([403, 'IncompleteSignatureException']);
    expect(await ask('/v20190125/meshes', 'AKADMIN')).toEqual([403, 'IncompleteSignatureException']);
  });

  it('must declare who may call it', () => {
    expect(() => api.app.get('/forgotten', async () => ({}))).toThrow('does not declare who may call it');
  });
});
