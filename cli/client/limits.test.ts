import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, onTestFinished, test, vi } from 'vitest';
import { findCredentials } from './credentials.ts';
import { createSender } from './send.ts';

afterEach(() => vi.unstubAllEnvs());

/** Starts a server that accepts connections and never answers. Returns its URL. */
async function mute(): Promise<URL> {
  const server = createServer((socket) => void socket.on('error', () => undefined).resume()).listen(
    0,
    '127.0.0.1',
  );
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
}

test('a call to a control plane that never answers ends with a time-out', async () => {
  const endpoint = await mute();
  const sender = createSender(endpoint, undefined, 300);
  await expect(sender.send({ method: 'GET', path: '/', headers: {}, body: '' })).rejects.toThrow(
    `the control plane at ${endpoint.origin} did not answer within 0.3 s`,
  );
  sender.close();
});

test('a call whose answer begins and never ends also ends with a time-out', async () => {
  const server = createServer((socket) => {
    socket.on('error', () => undefined).resume();
    socket.write('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const endpoint = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const sender = createSender(endpoint, undefined, 300);
  await expect(sender.send({ method: 'GET', path: '/', headers: {}, body: '' })).rejects.toThrow(
    'did not answer within 0.3 s',
  );
  sender.close();
});

test('a request to an STS that never answers ends with a time-out, and the error names the variable that is set', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'daybreak-sts-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'token'), 'a-token');
  for (const [name, value] of Object.entries({
    AWS_WEB_IDENTITY_TOKEN_FILE: join(folder, 'token'),
    AWS_ROLE_ARN: 'arn:aws:iam::111122223333:role/r',
    AWS_ENDPOINT_URL_STS: (await mute()).href,
    AWS_REGION: 'eu-west-1',
    AWS_SHARED_CREDENTIALS_FILE: join(folder, 'none'),
    AWS_CONFIG_FILE: join(folder, 'none'),
    AWS_ACCESS_KEY_ID: undefined,
    AWS_SECRET_ACCESS_KEY: undefined,
    AWS_PROFILE: undefined,
  }))
    vi.stubEnv(name, value);
  const error = await findCredentials(new URL('http://a.example'), process.env, 500).catch(
    (caught: Error) => caught,
  );
  expect(error).toMatchObject({
    message: 'no AWS credentials can be had, although AWS_WEB_IDENTITY_TOKEN_FILE is set',
    cause: { message: 'there was no answer within 0.5 s' },
  });
});
