import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeAll, startApi, type TestApi } from '../api/testing/test-api.ts';
import { FIXTURE_OWNER } from '../mesh/testing/resources.ts';
import { SECURITY_PATH, securityRoute } from './security-route.ts';

const OLD = { kind: 'virtualNode', owner: FIXTURE_OWNER, mesh: 'colors', parent: '', name: 'old' } as const;
const REFUSAL = { port: 80, caller: '', rule: 'none', count: 3 };

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
  api.app.register(
    securityRoute(api.live, {
      changing: ({ name }) => (name === 'white' ? { from: 'PERMISSIVE', to: 'STRICT' } : undefined),
      instances: ({ name }) => (name === 'white' ? [1, 2] : []),
      hasOthers: () => false,
      plainCallers: ({ name }) => (name === 'white' ? [{ address: '10.0.0.9', port: 80, last: 0 }] : []),
      agents: {
        read: () => ({
          proxyAt: () => ({ path: 'mesh/colors/virtualNode/old', id: OLD }),
          refusalsOf: ({ name }) => (name === 'white' ? [REFUSAL] : []),
        }),
      },
    }),
  );
  await makeAll(api);
  const url = '/daybreak/v1/meshes/colors/meshIdentities';
  const payload = { meshIdentityName: 'default', spec: { mtls: 'PERMISSIVE', authorization: 'AUDIT' } };
  await api.app.inject({ method: 'PUT', url, payload });
});
afterAll(() => api?.close());

const get = (query: string) => api.app.inject({ method: 'GET', url: `${SECURITY_PATH}?${query}` });

test('the modes of a mesh come with the callers in plain text and the refused ones of each virtual node', async () => {
  const answer = (await get('mesh=colors')).json() as Record<string, unknown>;
  expect(answer).toMatchObject({ mesh: 'colors', defaults: { mtls: 'PERMISSIVE', authorization: 'AUDIT' } });
  expect(answer['nodes']).toContainEqual({
    virtualNode: 'white',
    mtls: 'PERMISSIVE',
    authorization: 'AUDIT',
    changing: { from: 'PERMISSIVE', to: 'STRICT' },
    mutualInstances: 2,
    hasProxyWithoutCertificate: false,
    plainCallers: [
      {
        address: '10.0.0.9',
        proxy: 'mesh/colors/virtualNode/old',
        port: 80,
        last: '1970-01-01T00:00:00.000Z',
      },
    ],
    refusals: [REFUSAL],
  });
});

test('a mesh that does not exist is not found', async () => {
  expect((await get('mesh=none')).statusCode).toBe(404);
  expect((await get('')).statusCode).toBe(400);
});
