import { X509Certificate } from 'node:crypto';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { Client, credentials, type ClientDuplexStream } from '@grpc/grpc-js';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  DeltaDiscoveryRequestSchema,
  DeltaDiscoveryResponseSchema,
  type DeltaDiscoveryResponse,
} from '#envoy/envoy/service/discovery/v3/discovery_pb.ts';
import { fileSecretName } from '../../common/contracts/file-secret-name.ts';
import { createLog } from '../../common/log.ts';
import { createAuthority, writePair, type Authority } from '../../test/tls/testing/authority.ts';
import { listenGrpc, type GrpcListener } from '../../xds/grpc/listen.ts';
import { createGrpcServer } from '../../xds/grpc/server.ts';
import { SERVICES } from '../../xds/service.ts';
import { SECRET } from '../../xds/types.ts';
import { createFileSecrets, type FileSecrets } from './file-secrets.ts';
import { SHORT_FORM } from '../../common/testing/short-form.ts';

let folder: string;
let authority: Authority;
let secrets: FileSecrets;
let listener: GrpcListener;
let client: Client;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'file-secrets-'));
  authority = await createAuthority();
  secrets = createFileSecrets(createLog('test', 'silent'));
  const server = createGrpcServer();
  secrets.addTo(server);
  listener = await listenGrpc(server, { port: 0 });
  client = new Client(`127.0.0.1:${listener.port}`, credentials.createInsecure());
});
afterEach(async () => {
  client.close();
  listener.close();
  secrets.close();
  await rm(folder, { recursive: true });
});

type Stream = { readonly said: string[]; readonly call: ClientDuplexStream<Buffer, Buffer> };

/** Opens a stream as Envoy does for each secret. `said`: names it received, with a `-` in front if the secret was removed. */
function subscribe(name: string): Stream {
  const { path, requestSerialize, responseDeserialize } = SERVICES.secrets.delta;
  const call = client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize);
  const said: string[] = [];
  const send = (request: object): void => {
    const message = create(DeltaDiscoveryRequestSchema, { node: { id: 'n' }, typeUrl: SECRET, ...request });
    call.write(Buffer.from(toBinary(DeltaDiscoveryRequestSchema, message)));
  };
  call.on('error', () => {});
  call.on('data', (bytes: Buffer) => {
    const response: DeltaDiscoveryResponse = fromBinary(DeltaDiscoveryResponseSchema, bytes);
    said.push(
      ...response.resources.map((each) => each.name),
      ...response.removedResources.map((gone) => `-${gone}`),
    );
    send({ responseNonce: response.nonce });
  });
  send({ resourceNamesSubscribe: [name] });
  return { said, call };
}

const pairAt = (path: string) =>
  fileSecretName({ kind: 'certificate', chain: `${path}-chain.pem`, privateKey: `${path}-key.pem` });
const states = () => secrets.status().map(({ state, problem }) => [state, problem]);

test('serves a certificate, and serves it again when its files change', async () => {
  const path = join(folder, 'app');
  await writePair(path, await authority.issue({ dns: ['a'] }));
  const { said } = subscribe(pairAt(path));
  await expect.poll(() => said).toEqual([pairAt(path)]);
  expect(states()).toEqual([['served', undefined]]);
  await writePair(path, await authority.issue({ dns: ['b'] }));
  await expect.poll(() => said).toEqual([pairAt(path), pairAt(path)]);
});

test('a missing certificate is reported as absent, and served once its files exist', async () => {
  const path = join(folder, 'app');
  const { said } = subscribe(pairAt(path));
  await expect.poll(() => said).toEqual([`-${pairAt(path)}`]);
  expect(states()).toEqual([['missing', expect.stringContaining(`${path}-chain.pem`)]]);
  await writePair(path, await authority.issue({ dns: ['a'] }));
  await expect.poll(() => said).toEqual([`-${pairAt(path)}`, pairAt(path)]);
});

test.skipIf(SHORT_FORM)(
  'if the files become unusable, the last certificate stays in force, and the status has the problem',
  async () => {
    const path = join(folder, 'ca.pem');
    const name = fileSecretName({ kind: 'trust', chain: path });
    await writeFile(path, authority.certificate);
    const { said } = subscribe(name);
    await expect.poll(() => said).toEqual([name]);
    await writeFile(path, 'nothing');
    const problem = `${path}: no certificate in PEM format`;
    await expect.poll(states).toEqual([['served', problem]]);
    expect(said).toEqual([name]);
    await writeFile(`${path}.new`, authority.certificate);
    await rename(`${path}.new`, path);
    await expect.poll(states).toEqual([['served', undefined]]);
  },
);

test.skipIf(SHORT_FORM)(
  'an expired certificate does not replace a valid one, and the status has the problem',
  async () => {
    const path = join(folder, 'app');
    await writePair(path, await authority.issue({ dns: ['good'] }));
    const { said } = subscribe(pairAt(path));
    await expect.poll(() => said).toEqual([pairAt(path)]);
    const ends = secrets.status()[0]?.validity;
    await writePair(path, await authority.issue({ dns: ['expired'], endsIn: -60_000 }));
    const problem = expect.stringMatching(
      /app-chain\.pem: its certificate expired at \S+Z: the previous one stays in force$/,
    ) as unknown;
    await expect.poll(states).toEqual([['served', problem]]);
    expect(secrets.status()[0]?.validity).toEqual(ends);
    await writePair(path, await authority.issue({ dns: ['renewed'] }));
    await expect.poll(states).toEqual([['served', undefined]]);
    await expect.poll(() => said).toEqual([pairAt(path), pairAt(path)]);
  },
);

test.skipIf(SHORT_FORM)(
  'a certificate that is not yet valid does not replace a valid one, and the status has the problem',
  async () => {
    const path = join(folder, 'app');
    await writePair(path, await authority.issue({ dns: ['good'] }));
    const { said } = subscribe(pairAt(path));
    await expect.poll(() => said).toEqual([pairAt(path)]);
    await writePair(path, await authority.issue({ dns: ['early'], beginsIn: 1_800_000 }));
    const problem = expect.stringMatching(
      /its certificate is not valid before \S+Z: the previous one stays in force$/,
    ) as unknown;
    await expect.poll(states).toEqual([['served', problem]]);
    expect(said).toEqual([pairAt(path)]);
  },
);

test.skipIf(SHORT_FORM)('a certificate replaces the previous one when it becomes valid', async () => {
  const path = join(folder, 'app');
  await writePair(path, await authority.issue({ dns: ['good'] }));
  const { said } = subscribe(pairAt(path));
  await expect.poll(() => said).toEqual([pairAt(path)]);
  const pair = await authority.issue({ dns: ['early'], beginsIn: 4000 });
  const begins = new X509Certificate(pair.chain).validFromDate;
  await writePair(path, pair);
  await expect.poll(() => said).toEqual([pairAt(path), pairAt(path)]);
  expect(Date.now()).toBeGreaterThanOrEqual(begins.getTime());
  expect(states()).toEqual([['served', undefined]]);
});

test.skipIf(SHORT_FORM)('an expired first certificate is served, and a valid one replaces it', async () => {
  const path = join(folder, 'app');
  await writePair(path, await authority.issue({ dns: ['expired'], endsIn: -60_000 }));
  const { said } = subscribe(pairAt(path));
  await expect.poll(() => said).toEqual([pairAt(path)]);
  await writePair(path, await authority.issue({ dns: ['a'] }));
  await expect.poll(() => said).toEqual([pairAt(path), pairAt(path)]);
});

test('a reconnected Envoy receives the certificate in force although the files were deleted', async () => {
  const path = join(folder, 'app');
  await writePair(path, await authority.issue({ dns: ['a'] }));
  const before = subscribe(pairAt(path));
  await expect.poll(() => before.said).toEqual([pairAt(path)]);
  before.call.cancel();
  await expect.poll(() => secrets.status()).toEqual([]);
  await rm(`${path}-key.pem`);
  const { said } = subscribe(pairAt(path));
  await expect.poll(() => said).toEqual([pairAt(path)]);
});

test('a secret without subscribers is not in the status', async () => {
  const path = join(folder, 'app');
  const [one, other] = [subscribe(pairAt(path)), subscribe(pairAt(path))];
  await expect.poll(() => [one.said.length, other.said.length]).toEqual([1, 1]);
  one.call.cancel();
  expect(secrets.status()).toHaveLength(1);
  other.call.cancel();
  await expect.poll(() => secrets.status()).toEqual([]);
});

test('a name that is not a file secret is absent', async () => {
  const { said } = subscribe('default');
  await expect.poll(() => said).toEqual(['-default']);
});
