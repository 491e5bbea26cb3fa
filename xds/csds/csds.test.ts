import { create, fromBinary, toBinary, type MessageInitShape } from '@bufbuild/protobuf';
import { Client, credentials, status } from '@grpc/grpc-js';
import { afterEach, expect, test } from 'vitest';
import { ClientResourceStatus } from '#envoy/envoy/admin/v3/config_dump_shared_pb.ts';
import {
  ClientStatusRequestSchema,
  ClientStatusResponseSchema,
  ConfigStatus,
} from '#envoy/envoy/service/status/v3/csds_pb.ts';
import { listenGrpc } from '../grpc/listen.ts';
import { createGrpcServer } from '../grpc/server.ts';
import { openCall, type TestCall } from '../rows/testing/call.ts';
import { createXdsServer, type XdsServer } from '../server.ts';
import { connectRaw, frame } from '../testing/http2.ts';
import { makeSnapshot } from '../testing/resources.ts';
import { CLUSTER, ROUTES, SECRET } from '../types.ts';
import { addStatusService, STATUS_METHODS } from './service.ts';

// Row P28 of docs/xds.md.

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0).toReversed()) cleanup();
});

async function listen(): Promise<{ xds: XdsServer; port: number }> {
  const xds = createXdsServer({ keyOf: ({ id }) => id });
  const server = createGrpcServer();
  xds.addTo(server);
  addStatusService(server, xds);
  const { port, close } = await listenGrpc(server, { port: 0 });
  cleanups.push(close);
  return { xds, port };
}

function connect(port: number, id: string): TestCall {
  const call = openCall(port, 'delta');
  cleanups.push(call.close);
  call.ask({ node: { id, cluster: 'c' }, typeUrl: CLUSTER });
  return call;
}

type Request = Omit<MessageInitShape<typeof ClientStatusRequestSchema>, '$typeName'>;
const encode = (request: Request): Buffer =>
  Buffer.from(toBinary(ClientStatusRequestSchema, create(ClientStatusRequestSchema, request)));

/** Calls FetchClientStatus once. */
async function fetchStatus(port: number, request: Request | Buffer = {}) {
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
  cleanups.push(() => client.close());
  const { path, requestSerialize, responseDeserialize } = STATUS_METHODS.FetchClientStatus;
  const bytes = Buffer.isBuffer(request) ? request : encode(request);
  const response = await new Promise<Buffer>((resolve, reject) => {
    client.makeUnaryRequest(path, requestSerialize, responseDeserialize, bytes, (error, value) => {
      if (error === null && value !== undefined) resolve(value);
      else reject(error ?? new Error('no response'));
    });
  });
  return fromBinary(ClientStatusResponseSchema, response).config;
}

const told = (configs: Awaited<ReturnType<typeof fetchStatus>>) =>
  configs.flatMap(({ node, genericXdsConfigs }) =>
    genericXdsConfigs.map(({ typeUrl, name, configStatus, clientStatus, errorState }) => [
      `${node?.id} ${typeUrl.split('.').at(-1)} ${name}`,
      Object.entries(ConfigStatus).find(([, value]) => value === configStatus)?.[0],
      Object.entries(ClientResourceStatus).find(([, value]) => value === clientStatus)?.[0],
      ...(errorState === undefined ? [] : [errorState.details]),
    ]),
  );

test('P28 shows the resources that a client was sent, has ACKed, has NACKed (with its error) and waits for', async () => {
  const { xds, port } = await listen();
  xds.set('n', makeSnapshot({ [CLUSTER]: { a: '1' }, [ROUTES]: { r: '1', s: '1' } }));
  const call = connect(port, 'n');
  const clusters = await call.next();
  expect(told(await fetchStatus(port))).toEqual([['n Cluster a', 'STALE', 'REQUESTED']]);
  call.ask({ typeUrl: CLUSTER, responseNonce: clusters.nonce });
  call.ask({ typeUrl: ROUTES, resourceNamesSubscribe: ['r', 'none'] });
  const { nonce } = await call.next();
  call.ask({
    typeUrl: ROUTES,
    responseNonce: nonce,
    errorDetail: { code: 3, message: 'r: no such cluster' },
  });
  await expect.poll(() => xds.settled('n', ROUTES)).toBe('nacked');
  expect(told(await fetchStatus(port))).toEqual([
    ['n Cluster a', 'SYNCED', 'ACKED'],
    ['n RouteConfiguration r', 'ERROR', 'NACKED', 'r: no such cluster'],
    ['n RouteConfiguration none', 'SYNCED', 'DOES_NOT_EXIST'],
  ]);
  xds.set('n', makeSnapshot({ [CLUSTER]: { a: '2', b: '1' }, [ROUTES]: { r: '2', s: '1' } }));
  await call.next();
  expect(told(await fetchStatus(port))).toEqual([
    ['n Cluster a', 'STALE', 'REQUESTED'],
    ['n Cluster b', 'STALE', 'REQUESTED'],
    ['n RouteConfiguration r', 'NOT_SENT', 'REQUESTED'],
    ['n RouteConfiguration none', 'SYNCED', 'DOES_NOT_EXIST'],
  ]);
  const [client] = await fetchStatus(port);
  expect(client?.node).toMatchObject({ id: 'n', cluster: 'c' });
  expect(client?.genericXdsConfigs[0]?.versionInfo).toMatch(/^[0-9a-f]{16}$/);
});

test('P28 answers contain no contents, and so no secret', async () => {
  const { xds, port } = await listen();
  xds.set('n', makeSnapshot({ [CLUSTER]: {}, [SECRET]: { key: 'BEGIN PRIVATE KEY' } }));
  const call = connect(port, 'n');
  call.ask({ typeUrl: SECRET, resourceNamesSubscribe: ['key'] });
  await call.next();
  await call.next();
  const configs = await fetchStatus(port);
  expect(told(configs)).toEqual([['n Secret key', 'STALE', 'REQUESTED']]);
  expect(configs[0]?.genericXdsConfigs[0]?.xdsConfig).toBeUndefined();
});

test.each([
  [{ case: 'exact', value: 'mesh/m/a' }, false, ['mesh/m/a']],
  [{ case: 'prefix', value: 'mesh/m' }, false, ['mesh/m/a', 'mesh/m/b']],
  [{ case: 'suffix', value: '/B' }, true, ['mesh/m/b']],
  [{ case: 'contains', value: 'other' }, false, ['mesh/other/c']],
] as const)('P28 selects clients by their id: %j', async (matchPattern, ignoreCase, ids) => {
  const { xds, port } = await listen();
  for (const id of ['mesh/m/a', 'mesh/m/b', 'mesh/other/c']) connect(port, id);
  await expect.poll(() => xds.streams().length).toBe(3);
  const configs = await fetchStatus(port, { nodeMatchers: [{ nodeId: { matchPattern, ignoreCase } }] });
  expect(configs.map(({ node }) => node?.id ?? '').toSorted()).toEqual(ids);
});

test.each([
  [{ nodeMatchers: [{ nodeMetadatas: [{}] }] }, /node_metadatas is not supported/],
  [
    { nodeMatchers: [{ nodeId: { matchPattern: { case: 'safeRegex', value: {} } } }] },
    /safe_regex is not supported/,
  ],
  [{ nodeMatchers: [{ nodeId: {} }] }, /a node_id without a pattern/],
  [Buffer.from([0xff]), /no ClientStatusRequest/],
] as const)('P28 refuses an unsupported or invalid request: %j', async (request, details) => {
  const { port } = await listen();
  await expect(fetchStatus(port, request as Request | Buffer)).rejects.toMatchObject({
    code: status.INVALID_ARGUMENT,
    details: expect.stringMatching(details),
  });
});

test('P28 a stream answers each request, and ends when its client ends it', async () => {
  const { xds, port } = await listen();
  connect(port, 'n');
  await expect.poll(() => xds.streams().length).toBe(1);
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
  cleanups.push(() => client.close());
  const { path, requestSerialize, responseDeserialize } = STATUS_METHODS.StreamClientStatus;
  const call = client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize);
  call.write(encode({}));
  call.write(encode({ excludeResourceContents: true }));
  call.end();
  const answers: Buffer[] = [];
  for await (const bytes of call) answers.push(bytes as Buffer);
  expect(answers.map((bytes) => fromBinary(ClientStatusResponseSchema, bytes).config.length)).toEqual([1, 1]);
});

test.each([
  ['no request', 0, 'no request, for a method that takes one'],
  ['two requests', 2, 'more than one request, for a method that takes one'],
])('P28 refuses a fetch with %s', async (_, count, message) => {
  const { port } = await listen();
  const raw = connectRaw(port);
  cleanups.push(raw.close);
  const stream = raw.open(STATUS_METHODS.FetchClientStatus.path);
  const answered = new Promise((resolve) => stream.once('response', resolve));
  stream.end(Buffer.concat(Array.from({ length: count }, () => frame(encode({})))));
  expect(await answered).toMatchObject({
    'grpc-status': String(status.UNIMPLEMENTED),
    'grpc-message': message,
  });
});
