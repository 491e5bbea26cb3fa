import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { createSender } from './send.ts';

/** The first frame of an HTTP/2 server: SETTINGS without any (RFC 9113, section 6.5). */
const HTTP2_SETTINGS = Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]);

const plainHttp = (): Server => createHttpServer((_, response) => void response.end('{}'));
const ads = (): Server =>
  createServer((socket) => void socket.on('error', () => undefined).write(HTTP2_SETTINGS));
const tls = (): Server => createServer((socket) => void socket.once('data', () => socket.destroy()));

it.each<[string, () => Server, (host: string) => string]>([
  [
    'https:',
    plainHttp,
    (host) => `it does not speak TLS there: if it is without TLS, write http://${host} (E`,
  ],
  [
    'http:',
    ads,
    () => 'it does not speak HTTP/1.1 there: if this is the port of --ads, write that of --api (HPE_',
  ],
  ['http:', tls, (host) => `it hung up: if it has TLS, write https://${host} (ECONNRESET)`],
])('%s to a server of another protocol failed with a parse error of Node or OpenSSL: %o', async (scheme, make, remedy) => {
  const server = make().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const sender = createSender(new URL(`${scheme}//${host}`), undefined);
  onTestFinished(() => {
    sender.close();
    server.close();
  });
  const sent = sender.send({ method: 'GET', path: '/status', headers: {}, body: '' });
  await expect(sent).rejects.toMatchObject({
    message: `the control plane at ${scheme}//${host} cannot be reached`,
    cause: { message: expect.stringContaining(remedy(host)) as string },
  });
});
