import { Client, credentials, status } from '@grpc/grpc-js';
import { afterEach, expect, test } from 'vitest';
import { addHealthService, HEALTH_CHECK } from './health.ts';
import { listenGrpc } from './listen.ts';
import { createGrpcServer } from './server.ts';

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

async function asker(isServing: () => boolean, path = HEALTH_CHECK) {
  const server = createGrpcServer();
  addHealthService(server, new Set(['known.Service']), isServing);
  const listener = await listenGrpc(server, { port: 0 });
  const client = new Client(`127.0.0.1:${listener.port}`, credentials.createInsecure());
  cleanups.push(() => client.close(), listener.close);
  const bytes = (value: Buffer): Buffer => value;
  return (service: string): Promise<number | undefined> =>
    new Promise((resolve, reject) => {
      const name = Buffer.from(service);
      const request = name.length === 0 ? name : Buffer.concat([Buffer.from([10, name.length]), name]);
      client.makeUnaryRequest(path, bytes, bytes, request, (error, response) => {
        if (error) reject(error);
        else resolve(response?.[1]);
      });
    });
}

test('the server and each of its services are SERVING; an unknown service is NOT_FOUND', async () => {
  const ask = await asker(() => true);
  expect([await ask(''), await ask('known.Service')]).toEqual([1, 1]);
  await expect(ask('other.Service')).rejects.toMatchObject({ code: status.NOT_FOUND });
});

test('a call of Watch gets UNIMPLEMENTED, so that clients do not call it again', async () => {
  const ask = await asker(() => true, HEALTH_CHECK.replace('Check', 'Watch'));
  await expect(ask('')).rejects.toMatchObject({ code: status.UNIMPLEMENTED });
});

test('a server that stops is NOT_SERVING', async () => {
  const ask = await asker(() => false);
  expect(await ask('')).toBe(2);
});
