import { afterEach, beforeEach, expect, it } from 'vitest';
import { compileCredentials } from '../../auth/credentials/credentials.ts';
import { OWNER, secretOf, signed } from '../../auth/testing/signed-requests.ts';
import { startApi, type TestApi } from '../testing/test-api.ts';

type Statement = {
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: string | string[];
  readonly Resource: string;
};

let api: TestApi;
beforeEach(async () => {
  const user = (accessKeyId: string, ...Statement: readonly Statement[]) => ({
    name: accessKeyId.toLowerCase(),
    accessKeys: [{ accessKeyId, secretAccessKey: secretOf(accessKeyId) }],
    policies: [{ Statement }],
  });
  const users = [
    user('AKROUTERS', {
      Effect: 'Allow',
      Action: ['appmesh:*Mesh', 'appmesh:*VirtualRouter'],
      Resource: '*',
    }),
    user(
      'AKTEAM',
      { Effect: 'Allow', Action: 'appmesh:*', Resource: '*' },
      { Effect: 'Deny', Action: 'appmesh:*VirtualService', Resource: '*/virtualService/payments.*' },
    ),
  ];
  api = await startApi({ credentials: compileCredentials({ accounts: [{ id: OWNER, users }] }) });
});
afterEach(() => api.close());

async function put(accessKeyId: string, path: string, body: unknown) {
  const request = await signed(
    { method: 'PUT', path, body: JSON.stringify(body) },
    { accessKeyId, at: api.clock.now },
  );
  const headers = request.headers as Record<string, string>;
  const reply = await api.app.inject({
    method: 'PUT',
    url: path,
    headers,
    payload: Buffer.from(request.body),
  });
  return { status: reply.statusCode, body: reply.json<Record<string, unknown>>() };
}

const router = (...serviceNames: readonly string[]) => ({ virtualRouterName: 'r', spec: { serviceNames } });

it("changing a router's names requires permission to create and delete virtual services", async () => {
  expect((await put('AKROUTERS', '/meshes', { meshName: 'm' })).status).toBe(200);
  expect(await put('AKROUTERS', '/meshes/m/virtualRouters', router('a.local'))).toMatchObject({
    status: 403,
    body: {
      message: expect.stringContaining('perform: appmesh:CreateVirtualService on resource: arn:') as string,
    },
  });
  expect((await put('AKTEAM', '/meshes/m/virtualRouters', router('a.local', 'payments.local'))).status).toBe(
    403,
  );
  expect([...api.live.model.resources()]).toHaveLength(1);
  expect((await put('AKTEAM', '/meshes/m/virtualRouters', router('a.local'))).status).toBe(200);
  expect(await put('AKROUTERS', '/meshes/m/virtualRouters/r', { spec: {} })).toMatchObject({
    status: 403,
    body: { message: expect.stringContaining('appmesh:DeleteVirtualService') as string },
  });
  expect(
    (await put('AKROUTERS', '/meshes/m/virtualRouters/r', { spec: { serviceNames: ['a.local'] } })).status,
  ).toBe(200);
});
