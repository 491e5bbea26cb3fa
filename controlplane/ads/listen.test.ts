import { connect as connectHttp2, type ClientHttp2Session } from 'node:http2';
import { connect as connectTcp } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { create, toBinary } from '@bufbuild/protobuf';
import { expect, test } from 'vitest';
import { DiscoveryRequestSchema } from '#envoy/envoy/service/discovery/v3/discovery_pb.ts';
import { SOTW_METHOD } from '../../xds/service.ts';
import { frame } from '../../xds/testing/http2.ts';
import { CLUSTER } from '../../xds/types.ts';
import { accessFixture } from './testing/access.ts';

const NODE = 'mesh/m/virtualNode/n';
const { serve, open } = accessFixture();

/** Opens a stream without a gRPC library over TLS, with these ALPN protocols. Resolves once the server accepts it. */
async function openTls(address: string, ALPNProtocols: string[] | undefined): Promise<ClientHttp2Session> {
  const [host = '', port = ''] = address.split(':');
  const options = { host, port: Number(port), rejectUnauthorized: false, servername: host };
  const session = connectHttp2(`https://${address}`, {
    createConnection: () => connectTls({ ...options, ...(ALPNProtocols && { ALPNProtocols }) }),
  });
  const stream = session.request(
    { ':method': 'POST', ':path': SOTW_METHOD.path, 'content-type': 'application/grpc' },
    { endStream: false },
  );
  const request = create(DiscoveryRequestSchema, { node: { id: NODE }, typeUrl: CLUSTER });
  stream.write(frame(toBinary(DiscoveryRequestSchema, request)));
  return new Promise((resolve, reject) => {
    for (const each of [session, stream]) each.on('error', reject);
    stream.once('response', () => resolve(session));
  });
}

test.each([
  ['h2 among other ALPN protocols', ['http/1.1', 'h2']] as const,
  ['no ALPN protocol', undefined] as const,
])('over TLS, a client that offers %s is served', async (_, protocols) => {
  const { address, xds } = await serve({});
  const session = await openTls(address, protocols && [...protocols]);
  expect(xds.streams()).toMatchObject([{ key: NODE }]);
  session.destroy();
});

test('over TLS, a client that offers only another protocol is refused in the handshake', async () => {
  const { address } = await serve({});
  await expect(openTls(address, ['http/1.1'])).rejects.toThrow(/no application protocol/i);
});

test('the stream of a cut connection is removed at once', async () => {
  const { address, xds } = await serve({});
  const session = await openTls(address, ['h2']);
  expect(xds.streams()).toHaveLength(1);
  session.socket.destroy();
  await expect.poll(() => xds.streams()).toEqual([]);
});

test('stop does not wait for a client that sends nothing', async () => {
  const { address, listener } = await serve({});
  expect(await open(NODE).opened).toBe('served');
  const mute = connectTcp(Number(address.split(':')[1]), '127.0.0.1');
  await new Promise((resolve) => mute.once('connect', resolve));
  const cut = new Promise((resolve) => mute.on('error', () => undefined).once('close', resolve));
  await listener.stop(0, new AbortController().signal);
  await cut;
});
