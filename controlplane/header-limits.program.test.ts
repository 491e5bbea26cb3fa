import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { request } from '../test/lab/clients/http.ts';
import { startLocalControlPlane } from '../test/lab/programs/local-control-plane.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'header-limits-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test("a control plane's limits on headers reach every proxy", async () => {
  const flags = ['--max-request-headers-kib', '128', '--max-request-headers', '300'];
  const controlPlane = await startLocalControlPlane(['--data', folder, ...flags]);
  try {
    await put('', { meshName: 'm', spec: {} });
    const listeners = [{ portMapping: { port: 8080, protocol: 'http' } }];
    await put('/m/virtualGateways', { virtualGatewayName: 'g', spec: { listeners } });
    const { body } = await request(`${controlPlane.api}/config-dump?node=mesh/m/virtualGateway/g`);
    const { Listener, Cluster } = (JSON.parse(body) as { resources: Record<string, unknown> }).resources;
    expect(numbers(Listener, 'max_request_headers_kb')).toEqual(new Set([128]));
    expect(numbers(Listener, 'max_headers_count')).toEqual(new Set([300]));
    expect(numbers(Cluster, 'max_response_headers_kb')).toEqual(new Set([128]));
    expect(numbers(Cluster, 'max_headers_count')).toEqual(new Set([300]));
  } finally {
    await controlPlane.stop();
  }

  async function put(at: string, body: unknown): Promise<void> {
    const url = `${controlPlane.api}/v20190125/meshes${at}`;
    expect(await request(url, { method: 'PUT', body: JSON.stringify(body) })).toMatchObject({ status: 200 });
  }
});

/** The values of a member at any depth. */
function numbers(within: unknown, member: string): ReadonlySet<number> {
  const found = JSON.stringify(within).matchAll(new RegExp(`"${member}":(\\d+)`, 'g'));
  return new Set(Array.from(found, ([, value]) => Number(value)));
}
