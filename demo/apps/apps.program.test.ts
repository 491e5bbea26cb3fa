import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { request } from '../../test/lab/clients/http.ts';
import { freePort } from '../../test/lab/net/free-port.ts';

async function start(app: string, env: Record<string, string>): Promise<{ url: string; port: number }> {
  const port = await freePort();
  const child = spawn(process.execPath, [join(import.meta.dirname, app)], {
    env: { ...env, SERVER_PORT: String(port) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(async () => {
    child.kill();
    if (child.exitCode === null) await once(child, 'exit');
  });
  await once(child.stdout, 'data');
  return { url: `http://127.0.0.1:${port}`, port };
}

test('the gateway asks the teller, counts, and forgets when told so', async () => {
  const teller = await start('colorteller.ts', { COLOR: 'white' });
  const gateway = await start('colorgateway.ts', { COLOR_TELLER_ENDPOINT: `127.0.0.1:${teller.port}` });
  expect(await request(teller.url)).toMatchObject({ status: 200, body: 'white' });
  expect(await request(`${teller.url}/ping`)).toMatchObject({ status: 200, body: '' });
  expect(await request(`${gateway.url}/ping`)).toMatchObject({ status: 200, body: '' });
  const color = await request(`${gateway.url}/color`);
  expect(color).toMatchObject({ status: 200, body: '{"color":"white","stats":{"white":1}}' });
  expect(color.headers['content-type']).toBe('application/json');
  expect(await request(`${gateway.url}/color/clear`)).toMatchObject({ status: 200, body: 'cleared' });
  expect(await request(`${gateway.url}/nothing`)).toMatchObject({ status: 404 });
});

test('what is no color is a 500 that tells what came instead', async () => {
  const broken = createServer((_, response) => {
    response.statusCode = 503;
    response.end('no healthy upstream');
  }).listen(0);
  onTestFinished(() => void broken.close());
  await once(broken, 'listening');
  const { port } = broken.address() as AddressInfo;
  const gateway = await start('colorgateway.ts', { COLOR_TELLER_ENDPOINT: `127.0.0.1:${port}` });
  expect(await request(`${gateway.url}/color`)).toMatchObject({
    status: 500,
    body: `500 - 127.0.0.1:${port} answered 503: no healthy upstream\n`,
  });
  broken.closeAllConnections();
  broken.close();
  await once(broken, 'close');
  const { status, body } = await request(`${gateway.url}/color`);
  expect(status).toBe(500);
  expect(body).toMatch(/ECONNREFUSED|ECONNRESET/);
});

test('a gateway without a teller does not start', async () => {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'colorgateway.ts')], { env: {} });
  const [said] = (await once(child.stderr, 'data')) as [Buffer];
  expect(String(said)).toBe('COLOR_TELLER_ENDPOINT is not set: host:port of the color teller\n');
  const [code] = (await once(child, 'close')) as [number];
  expect(code).toBe(1);
});
