import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { get } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Followed } from '../../common/files/followed-files.ts';
import { createLog } from '../../common/log.ts';
import { createXdsServer } from '../../xds/server.ts';
import { listenAds } from '../ads/listen.ts';
import { admitAll } from '../ads/testing/identities.ts';
import { createApi } from '../api/api.ts';
import { admitAnyone } from '../auth/authenticate.ts';
import { openLiveModel } from '../mesh/live-model.ts';
import { openSqliteStore } from '../store/sqlite/sqlite.ts';
import { openCertificate } from './open-certificate.ts';
import type { ServerCertificate } from './server-certificate.ts';
import { certificateFiles, selfSigned, writeSelfSigned } from './testing/certificates.ts';

const log = createLog('test', 'silent');
let folder: string;
let files: { cert: string; key: string };
let tls: Followed<ServerCertificate> | undefined;
let readings: string[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'daybreak-tls-'));
  files = { cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') };
  readings = [];
});
afterEach(async () => {
  tls?.close();
  await rm(folder, { recursive: true });
});
const open = async (): Promise<Followed<ServerCertificate>> => {
  tls = await openCertificate(certificateFiles(files), log, (outcome) => readings.push(outcome));
  return tls;
};
const until = async (...expected: string[]): Promise<void> => {
  await expect.poll(() => readings).toEqual(expected);
};

describe('a renewed certificate', () => {
  it('is served to the next connection to the API', async () => {
    const old = await writeSelfSigned(files);
    const store = openSqliteStore({ folder });
    const live = await openLiveModel(store, log);
    const options = { live, region: 'eu-west-1', log, authenticate: admitAnyone('000000000000') };
    const api = createApi({ ...options, tls: await open() });
    await api.listen({ host: '127.0.0.1', port: 0 });
    const { port } = api.server.address() as { port: number };
    const ask = async (ca: string): Promise<number | undefined> => {
      const request = get({ host: 'localhost', port, path: '/v20190125/meshes', ca, agent: false });
      const [answer] = (await once(request, 'response')) as [IncomingMessage];
      answer.resume();
      return answer.statusCode;
    };
    expect(await ask(old)).toBe(200);
    const renewed = await writeSelfSigned(files);
    await until('read');
    expect(await ask(renewed)).toBe(200);
    await expect(ask(old)).rejects.toMatchObject({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
    await api.close();
    live.close();
    await store.close();
  });

  it('is served to the next proxy', async () => {
    const old = await writeSelfSigned(files);
    const xds = createXdsServer({ keyOf: () => 'key' });
    const where = { host: '127.0.0.1', port: 0 };
    const tlsFiles = { certificate: await open(), clientCa: undefined };
    const ads = await listenAds(xds, where, admitAll(), { tls: tlsFiles });
    const connects = async (ca: string): Promise<string | false> => {
      const { port } = ads.address;
      const socket = connect({ host: 'localhost', port, ca, ALPNProtocols: ['h2'] });
      await once(socket, 'secureConnect');
      socket.destroy();
      return socket.alpnProtocol ?? false;
    };
    expect(await connects(old)).toBe('h2');
    const renewed = await writeSelfSigned(files);
    await until('read');
    expect(await connects(renewed)).toBe('h2');
    await expect(connects(old)).rejects.toMatchObject({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
    ads.close();
  });

  it('is ignored if it has expired and the previous one is still valid', async () => {
    const old = await writeSelfSigned(files);
    const followed = await open();
    await writeSelfSigned(files, -60_000);
    await until('read');
    expect(followed.current().cert.toString()).toBe(old);
    const renewed = await writeSelfSigned(files);
    await until('read', 'read');
    expect(followed.current().cert.toString()).toBe(renewed);
  });

  it('is used only together with its key', async () => {
    const old = await writeSelfSigned(files);
    const followed = await open();
    const { cert, key } = await selfSigned();
    await writeFile(files.cert, cert);
    await until('refused');
    expect(followed.current().cert.toString()).toBe(old);
    await writeFile(files.key, key);
    await until('refused', 'read');
    expect(followed.current().cert.toString()).toBe(cert);
  });
});

describe('at the start', () => {
  it('an expired certificate is used', async () => {
    const expired = await writeSelfSigned(files, -60_000);
    expect((await open()).current().cert.toString()).toBe(expired);
  });

  it.each<[string, () => Promise<void>, string]>([
    [
      'no certificate',
      async () => writeFile(files.cert, 'nothing'),
      'cert.pem has no certificate in PEM form',
    ],
    ['no key', async () => writeFile(files.key, 'nothing'), 'key.pem is not an unencrypted private key for'],
    [
      'the key of another certificate',
      async () => writeFile(files.key, (await selfSigned()).key),
      'key.pem is not an unencrypted private key',
    ],
    ['no file', async () => rm(files.key), 'the certificate cannot be read from'],
  ])('%s is an error', async (_, spoil, message) => {
    await writeSelfSigned(files);
    await spoil();
    await expect(open()).rejects.toThrow(message);
  });
});
