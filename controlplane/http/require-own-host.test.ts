import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startApi, type TestApi } from '../api/testing/test-api.ts';

describe('a request', () => {
  let api: TestApi;
  beforeEach(async () => {
    api = await startApi();
  });
  afterEach(() => api.close());

  const ask = (url: string, headers: Record<string, string>, method: 'GET' | 'PUT' = 'GET') =>
    api.app.inject({ method, url, headers, ...(method === 'PUT' ? { payload: '{"meshName":"m"}' } : {}) });

  it('for another host gets 421 with a message that names the flag', async () => {
    const answer = await ask('/v20190125/meshes', { host: 'evil.example:8080' }, 'PUT');
    expect(answer.statusCode).toBe(421);
    expect(answer.headers['x-amzn-errortype']).toBe('MisdirectedRequestException');
    expect(answer.json<{ message: string }>().message).toContain('--api-host');
    expect(api.live.model.revision).toBe(0);
  });

  it('for a host name of App Mesh is accepted, and for a similar name is refused', async () => {
    for (const [host, status] of [
      ['appmesh.eu-west-1.amazonaws.com', 200],
      ['appmesh-fips.us-east-1.amazonaws.com', 200],
      ['appmesh.us-east-1.api.aws', 200],
      ['appmesh.cn-north-1.amazonaws.com.cn', 200],
      ['appmesh.cn-north-1.api.amazonwebservices.com.cn', 200],
      ['appmesh.cn-north-1.amazonaws.com.cn:443', 200],
      ['appmesh.cn-north-1.amazonaws.com.cnx', 421],
      ['appmesh.us-east-1.api.aws.evil.example', 421],
      ['appmesh.eu-west-1.amazonaws.com.evil.example', 421],
    ] as const)
      expect((await ask('/v20190125/meshes', { host })).statusCode).toBe(status);
  });

  it('from a page of another site is refused on every route', async () => {
    const headers = { origin: 'https://evil.example' };
    for (const url of ['/v20190125/meshes', '/healthz', '/no-such-path']) {
      expect((await ask(url, headers)).statusCode).toBe(403);
    }
  });

  it('of its own page that a proxy sent on with another Host is refused with the reason', async () => {
    const answer = await ask('/v20190125/meshes', {
      origin: 'https://mesh.example',
      host: '127.0.0.1:8080',
    });
    expect(answer.json<{ message: string }>().message).toContain(
      `host "127.0.0.1:8080". A proxy in front has to pass the browser's header Host on`,
    );
  });

  it('for health is accepted with any host name', async () => {
    for (const url of ['/healthz', '/readyz'])
      expect((await ask(url, { host: 'anything.example' })).statusCode).toBe(200);
  });
});
