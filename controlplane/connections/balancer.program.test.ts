import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startForwarder } from '../../test/lab/net/forwarder.ts';
import { request } from '../../test/lab/clients/http.ts';
import { startLocalControlPlane } from '../../test/lab/programs/local-control-plane.ts';
import { openStream } from '../ads/testing/client.ts';
import { proxyHeader } from './testing/proxy-header.ts';

test('a control plane behind a balancer reports, logs and limits clients by their own addresses', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'daybreak-balancer-'));
  const ranges = ['--proxy-protocol', '127.0.0.0/8,::1', '--api-proxy-protocol', '127.0.0.1'];
  const flags = ['--data', join(folder, 'model'), ...ranges, '--rate-limit', '0.001:2'];
  const controlPlane = await startLocalControlPlane(flags);
  const forAds = await startForwarder([controlPlane.ads], { header: () => proxyHeader('192.0.2.7', 4711) });
  let caller = 0;
  const header = (): Uint8Array => proxyHeader(`192.0.2.${(caller += 1)}`, 1);
  const forApi = await startForwarder([new URL(controlPlane.api).host], { header });
  const ask = (path: string) => request(`http://${forApi.address}${path}`);
  const proxy = openStream(forAds.address, { node: 'mesh/m/virtualNode/n' });
  try {
    expect(await proxy.opened).toBe('served');
    // Each call comes from another address.
    for (let round = 0; round < 5; round += 1)
      expect(await ask('/v20190125/meshes')).toMatchObject({ status: 200 });
    const { proxies } = JSON.parse((await ask('/status')).body) as { proxies: readonly { peer: string }[] };
    expect(proxies.map(({ peer }) => peer)).toEqual(['192.0.2.7:4711']);
    await expect.poll(() => controlPlane.log()).toContain('"from":"192.0.2.6"');
    await expect(request(`${controlPlane.api}/status`)).rejects.toThrow(/ECONNRESET|hang up/);
    const { body } = await ask('/metrics');
    expect(body).toContain('daybreak_turned_away_connections_total{listener="api",why="header"} 1');
  } finally {
    proxy.close();
    forAds.close();
    forApi.close();
    await controlPlane.kill();
    await rm(folder, { recursive: true });
  }
});
