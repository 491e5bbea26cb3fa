import { afterEach, beforeEach, describe, expect, it, test } from 'vitest';
import { startApi, type TestApi } from './fixture.ts';
import { hostNames, isOwnHost, isOwnOrigin } from './own-hosts.ts';

describe('a host that is this control plane’s', () => {
  const hosts = { names: ['mesh.example.com', 'box'] };
  it.each([
    'localhost',
    'LOCALHOST:8080',
    'api.localhost',
    '127.0.0.1:8080',
    '10.0.0.5',
    '[::1]:8080',
    '[fd00::1]',
    'box:8080',
    'Mesh.Example.com',
    'mesh.example.com.:443',
    'appmesh.eu-west-1.amazonaws.com',
    'appmesh-fips.us-east-1.amazonaws.com',
  ])('%s', (host) => {
    expect(isOwnHost(host, hosts)).toBe(true);
  });

  it.each([
    'evil.example',
    'localhost.evil.example',
    'appmesh.eu-west-1.amazonaws.com.evil.example',
    '127.0.0.1.evil.example',
    'mesh.example.com.evil',
    '',
    'a b',
    '[::1].evil:8080',
  ])('not %j', (host) => {
    expect(isOwnHost(host, hosts)).toBe(false);
  });
});

test.each<[string | undefined, string, boolean]>([
  [undefined, 'localhost:8080', true],
  ['http://localhost:8080', 'localhost:8080', true],
  ['https://mesh.example.com', 'mesh.example.com', true],
  ['https://mesh.example.com', 'mesh.example.com:443', true],
  ['http://localhost:8081', 'localhost:8080', false],
  ['https://evil.example', 'localhost:8080', false],
  ['null', 'localhost:8080', false],
  ['', 'localhost:8080', false],
  ['file://', '', false],
])('a page of %s may call %s: %s', (origin, host, may) => {
  expect(isOwnOrigin(origin, host)).toBe(may);
});

test('names of --api-host', () => {
  expect(hostNames('mesh.example.com,mesh')).toEqual({ value: ['mesh.example.com', 'mesh'] });
  for (const wrong of ['mesh:8080', 'a,,b', 'http://a', ''])
    expect(hostNames(wrong)).toHaveProperty('wanted');
});

describe('a request', () => {
  let api: TestApi;
  beforeEach(async () => {
    api = await startApi();
  });
  afterEach(() => api.close());

  const ask = (url: string, headers: Record<string, string>, method: 'GET' | 'PUT' = 'GET') =>
    api.app.inject({ method, url, headers, ...(method === 'PUT' ? { payload: '{"meshName":"m"}' } : {}) });

  it('for another host is answered 421, and the flag is named', async () => {
    const answer = await ask('/v20190125/meshes', { host: 'evil.example:8080' }, 'PUT');
    expect(answer.statusCode).toBe(421);
    expect(answer.headers['x-amzn-errortype']).toBe('MisdirectedRequestException');
    expect(answer.json<{ message: string }>().message).toContain('--api-host');
    expect(api.live.model.revision).toBe(0);
  });

  it('of a page of another site is refused on every route', async () => {
    const headers = { origin: 'https://evil.example' };
    for (const url of ['/v20190125/meshes', '/healthz', '/no-such-path']) {
      expect((await ask(url, headers)).statusCode).toBe(403);
    }
  });

  it('for health comes by any name', async () => {
    for (const url of ['/healthz', '/readyz'])
      expect((await ask(url, { host: 'anything.example' })).statusCode).toBe(200);
  });
});
