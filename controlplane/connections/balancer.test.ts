import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { Agent as HttpsAgent, get as getSecure } from 'node:https';
import { get, type IncomingMessage } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { credentials } from '@grpc/grpc-js';
import { fastify, type FastifyInstance } from 'fastify';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startForwarder } from '../../test/lab/net/forwarder.ts';
import { createLog } from '../../common/log.ts';
import { createXdsServer, type XdsServer } from '../../xds/server.ts';
import { listenAds } from '../ads/listen.ts';
import { admitAll } from '../ads/testing/identities.ts';
import { openStream } from '../ads/testing/client.ts';
import { newCall } from '../http/call.ts';
import { openCertificate } from '../tls/open-certificate.ts';
import { certificateFiles, selfSigned, writeSelfSigned } from '../tls/testing/certificates.ts';
import { createConnectionTracker, type TrackerOptions } from './connection-tracker.ts';
import { guardApi } from './guard-api.ts';
import { proxyHeader } from './testing/proxy-header.ts';

// A balancer with PROXY protocol in front of ADS and of the API.

const CLIENT = '192.0.2.7';
const HEADER = proxyHeader(CLIENT, 4711, { more: Buffer.from('ea000401020304', 'hex') });
const NODE = 'mesh/m/virtualNode/n';
const log = createLog('test', 'silent');
const HERE = [{ family: 'ipv4', address: '127.0.0.0', prefix: 8 }] as const;
const ELSEWHERE = [{ family: 'ipv4', address: '10.0.0.0', prefix: 8 }] as const;

type Ads = {
  readonly xds: XdsServer;
  readonly address: string;
  /** The certificate's authority, with TLS. */
  readonly ca: string | undefined;
  readonly turns: readonly string[];
};

function entranceFor(options: Partial<TrackerOptions>, turns: string[] = []) {
  const limits = { all: 100, strangers: 100 };
  return createConnectionTracker({
    limits,
    balancers: HERE,
    ...options,
    onClosed: (why, address, reason) => void turns.push(`${why} ${address} ${reason}`),
  });
}

async function serveAds(isSecure: boolean, options: Partial<TrackerOptions> = {}): Promise<Ads> {
  const turns: string[] = [];
  const folder = await mkdtemp(join(tmpdir(), 'daybreak-balancer-'));
  const files = { cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') };
  const ca = await writeSelfSigned(files);
  const certificate = await openCertificate(certificateFiles(files), log, () => undefined);
  const xds = createXdsServer({ keyOf: ({ id }) => id });
  const ads = await listenAds(xds, { host: '127.0.0.1', port: 0 }, admitAll(), {
    tls: isSecure ? { certificate, clientCa: undefined } : undefined,
    tracker: entranceFor(options, turns),
  });
  onTestFinished(async () => {
    ads.close();
    certificate.close();
    await rm(folder, { recursive: true });
  });
  return { xds, address: `127.0.0.1:${ads.address.port}`, ca: isSecure ? ca : undefined, turns };
}

async function balance(target: string, header: Uint8Array = HEADER): Promise<string> {
  const balancer = await startForwarder([target], { header: () => header });
  onTestFinished(() => balancer.close());
  return balancer.address;
}

async function outcomeOf(address: string, { ca }: Ads) {
  const channel = ca === undefined ? credentials.createInsecure() : credentials.createSsl(Buffer.from(ca));
  const stream = openStream(address, { node: NODE, channel });
  onTestFinished(() => stream.close());
  return stream.opened;
}

async function dial(address: string): Promise<Socket> {
  const [host = '', port] = address.split(':');
  const socket = connect(Number(port), host).on('error', () => undefined);
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  return socket;
}

describe.each([
  ['plain text', false],
  ['TLS', true],
])('ADS over %s', (_, isSecure) => {
  test('a proxy has its own address', async () => {
    const ads = await serveAds(isSecure);
    expect(await outcomeOf(await balance(ads.address), ads)).toBe('served');
    expect(ads.xds.streams().map(({ peer }) => peer)).toEqual([`${CLIENT}:4711`]);
  });

  test("a connection of the balancer itself has the balancer's address", async () => {
    const ads = await serveAds(isSecure);
    expect(await outcomeOf(await balance(ads.address, proxyHeader(undefined)), ads)).toBe('served');
    expect(ads.xds.streams()[0]?.peer).toMatch(/^127\.0\.0\.1:/);
  });

  test('a connection without a header is closed and counted', async () => {
    const ads = await serveAds(isSecure);
    expect(await outcomeOf(ads.address, ads)).toMatchObject({ code: 14 });
    const reason = 'it does not begin with the signature of PROXY protocol version 2';
    expect(ads.turns[0]).toBe(`header 127.0.0.1 ${reason}`);
  });

  test('a header from another address is refused, and not needed', async () => {
    const ads = await serveAds(isSecure, { balancers: ELSEWHERE });
    expect(await outcomeOf(ads.address, ads)).toBe('served');
    expect(await outcomeOf(await balance(ads.address), ads)).not.toBe('served');
    expect(ads.xds.streams().map(({ peer }) => peer)).toEqual([expect.stringMatching(/^127\.0\.0\.1:/)]);
  });
});

test('a header in single bytes is accepted, and the bytes after it are not lost', async () => {
  const ads = await serveAds(false);
  const socket = (await dial(ads.address)).setNoDelay();
  for (const byte of HEADER.subarray(0, -1)) {
    socket.write(Uint8Array.of(byte));
    await sleep(1);
  }
  // The HTTP/2 preface and empty settings, which the server answers with its own settings and an ACK.
  const settings = Buffer.from('000000040000000000', 'hex');
  socket.write(
    Buffer.concat([HEADER.subarray(-1), Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), settings]),
  );
  let read = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => (read = Buffer.concat([read, chunk])));
  await expect.poll(() => read.includes(Buffer.from('000000040100000000', 'hex'))).toBe(true);
  expect(ads.turns).toEqual([]);
});

test.each([
  ['too long', Buffer.concat([HEADER.subarray(0, 14), Buffer.of(0xff, 0xff)]), 'at most'],
  ['of another version', Buffer.concat([HEADER.subarray(0, 12), Buffer.of(0x31, 0x11, 0, 0)]), 'version'],
])('a connection whose header is %s is closed immediately', async (_, bytes, reason) => {
  const ads = await serveAds(false);
  const socket = await dial(ads.address);
  socket.resume().write(bytes);
  await once(socket, 'close');
  expect(ads.turns).toEqual([expect.stringContaining(reason)]);
});

test('a connection whose header is not complete in time is closed', async () => {
  const ads = await serveAds(false, { headerMs: 50 });
  const sockets = await Promise.all([dial(ads.address), dial(ads.address)]);
  sockets[0]?.write(HEADER.subarray(0, 20));
  await Promise.all(sockets.map((socket) => once(socket.resume(), 'close')));
  expect(ads.turns).toEqual(Array(2).fill(expect.stringContaining('did not arrive within')));
});

test('behind one balancer, a flood from one address evicts only its own connections', async () => {
  const limits = { all: 20, strangers: 5 };
  const ads = await serveAds(false, { limits });
  const other = await dial(ads.address);
  other.write(proxyHeader('192.0.2.99', 1));
  for (let round = 0; round < 30; round += 1) (await dial(ads.address)).write(HEADER);
  await expect.poll(() => ads.turns.filter((turn) => turn.startsWith('replaced')).length).toBe(26);
  expect(new Set(ads.turns.map((turn) => turn.split(' ')[1]))).not.toContain('192.0.2.99');
  expect(other.destroyed).toBe(false);
});

test.each([
  'http',
  'https',
] as const)('the API over %s: a request has the address of its client', async (scheme) => {
  const app =
    scheme === 'http' ? fastify() : (fastify({ https: await selfSigned() }) as unknown as FastifyInstance);
  app.addHook('onRequest', async (each) => void (each.call = newCall()));
  guardApi(app, entranceFor({}));
  app.get('/', async ({ ip, raw: { socket } }) => `${ip} ${socket.remotePort}`);
  await app.listen({ host: '127.0.0.1', port: 0 });
  onTestFinished(() => app.close());
  const port = (app.server.address() as AddressInfo).port;
  const url = `${scheme}://${await balance(`127.0.0.1:${port}`)}/`;
  const agent = new HttpsAgent({ rejectUnauthorized: false });
  const asked = scheme === 'http' ? get(url) : getSecure(url, { agent });
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  expect(await text(answer)).toBe(`${CLIENT} 4711`);
});
