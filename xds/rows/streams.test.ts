import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { create, createFileRegistry, fromBinary, toBinary } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { status } from '@grpc/grpc-js';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { DiscoveryRequestSchema } from '#envoy/envoy/service/discovery/v3/discovery_pb.ts';
import { SERVICE_NAMES, SERVICES, type DiscoveryService } from '../service.ts';
import { connectRaw, frame } from '../testing/http2.ts';
import { listenForTest } from '../testing/server.ts';
import { makeSnapshot } from '../testing/resources.ts';
import { CLUSTER, ENDPOINTS, LISTENER, ROUTES } from '../types.ts';
import { openCall } from './testing/call.ts';

// Rows P1, P2, P26, P29, P31 to P34 of docs/xds.md, with a client and a server on loopback.

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

async function listen(...args: Parameters<typeof listenForTest>) {
  const server = await listenForTest(...args);
  cleanups.push(server.stop);
  return server;
}

function open(...args: Parameters<typeof openCall>) {
  const call = openCall(...args);
  cleanups.push(call.close);
  return call;
}

const NAMES = { delta: 'resourceNamesSubscribe', sotw: 'resourceNames' } as const;
const node = { id: 'n' };
const clusters = makeSnapshot({ [CLUSTER]: { a: '1' } });

describe.each(['delta', 'sotw'] as const)('%s', (variant) => {
  test('P1 ADS serves the variant; each request names its type', async () => {
    const { xds, port } = await listen();
    xds.set('n', clusters);
    const call = open(port, variant);
    call.ask({ node, typeUrl: CLUSTER });
    expect(await call.next()).toMatchObject({ typeUrl: CLUSTER, resources: [expect.stringContaining('a')] });
    call.ask({ typeUrl: '' });
    expect(await call.ended).toMatchObject({
      code: status.INVALID_ARGUMENT,
      details: 'type_url is empty: on ADS each request names its type',
    });
  });

  test('P2 the node is required on the first request, and only there', async () => {
    const { xds, port } = await listen();
    xds.set('n', makeSnapshot({ [CLUSTER]: { a: '1' }, [LISTENER]: { l: '1' } }));
    const without = open(port, variant);
    without.ask({ typeUrl: CLUSTER });
    expect(await without.ended).toMatchObject({
      code: status.INVALID_ARGUMENT,
      details: 'the first request of a stream names its node, and this one does not',
    });
    const call = open(port, variant);
    call.ask({ node, typeUrl: CLUSTER });
    const { nonce } = await call.next();
    call.ask({ typeUrl: CLUSTER, responseNonce: nonce });
    call.ask({ typeUrl: LISTENER });
    expect(await call.next()).toMatchObject({ typeUrl: LISTENER });
  });

  test('P29 a stream keeps the identity of its first request, even if later ones name another node', async () => {
    const { xds, port } = await listen();
    xds.set('n', clusters);
    xds.set('other', makeSnapshot({ [LISTENER]: { secret: '1' } }));
    const call = open(port, variant);
    call.ask({ node, typeUrl: CLUSTER });
    const { nonce } = await call.next();
    call.ask({ node: { id: 'other' }, typeUrl: LISTENER });
    call.ask({ node: { id: 'other' }, typeUrl: CLUSTER, responseNonce: nonce });
    await expect.poll(() => xds.settled('n', CLUSTER)).toBe('acked');
    expect(xds.streams()).toMatchObject([{ key: 'n', node: { id: 'n' } }]);
    expect(xds.streams()[0]?.types.find(({ typeUrl }) => typeUrl === LISTENER)?.resources).toBe(0);
  });

  test('P31 a push to many streams leaves room for requests in between', async () => {
    const { xds, port } = await listen({ turnMs: 0 });
    const calls = Array.from({ length: 3 }, () => open(port, variant));
    for (const call of calls) call.ask({ node, typeUrl: CLUSTER });
    xds.set('n', clusters);
    const responses = await Promise.all(calls.map((call) => call.next()));
    calls.forEach((call, index) => call.ask({ typeUrl: CLUSTER, responseNonce: responses[index]?.nonce }));
    await expect.poll(() => xds.settled('n', CLUSTER)).toBe('acked');
    const pushedTo = () => xds.streams().filter(({ types }) => types[0]?.outstanding !== undefined).length;
    xds.set('n', makeSnapshot({ [CLUSTER]: { a: '2' } }));
    expect(pushedTo()).toBe(0);
    await new Promise(setImmediate);
    expect(pushedTo()).toBe(1);
    await Promise.all(calls.map((call) => call.next()));
  });

  test('P34 an invalid request ends the stream of its client, and no other', async () => {
    const { xds, port } = await listen();
    xds.set('n', clusters);
    const good = open(port, variant);
    good.ask({ node, typeUrl: CLUSTER });
    const { nonce } = await good.next();
    const garbage = open(port, variant);
    garbage.call.write(Buffer.from([0xff, 0xff, 0xff]));
    expect(await garbage.ended).toMatchObject({ code: status.INVALID_ARGUMENT });
    const raw = connectRaw(port);
    cleanups.push(raw.close);
    const ended = new Promise((resolve) =>
      raw.open('/envoy.service.discovery.v3.None/Such').once('response', resolve),
    );
    expect(await ended).toMatchObject({ 'grpc-status': String(status.UNIMPLEMENTED) });
    raw.open(SERVICES.aggregated[variant].path).end(frame(Buffer.from('no request at all')));
    good.ask({ typeUrl: CLUSTER, responseNonce: nonce });
    xds.set('n', makeSnapshot({ [CLUSTER]: { a: '2' } }));
    expect(await good.next()).toMatchObject({ typeUrl: CLUSTER });
    good.ask({ typeUrl: 'type.googleapis.com/no.such.Type', resourceNames: ['x'] });
    xds.set('n', makeSnapshot({ [CLUSTER]: { a: '3' } }));
    expect(xds.streams()).toHaveLength(1);
  });

  test('P34 a stream that its client half-closes ends with OK', async () => {
    const { port } = await listen();
    const call = open(port, variant);
    call.ask({ node, typeUrl: CLUSTER });
    call.call.end();
    expect(await call.ended).toMatchObject({ code: status.OK });
  });

  test.each([
    [
      'a name that is too long',
      { [NAMES[variant]]: ['x'.repeat(1025)] },
      status.INVALID_ARGUMENT,
      /^resource name "x{40}"… has 1025/,
    ],
    [
      'too many names',
      { [NAMES[variant]]: ['a', 'b', 'c', 'd'] },
      status.RESOURCE_EXHAUSTED,
      /^4 names subscribed to .* at most 3$/,
    ],
    [
      'a type that is too long',
      { typeUrl: 'x'.repeat(1025) },
      status.INVALID_ARGUMENT,
      /^type_url "x{40}"… has 1025/,
    ],
  ])('P33 %s is refused', async (_what, request, code, details) => {
    const { port } = await listen({ limits: { names: 3 } });
    const call = open(port, variant);
    call.ask({ node, typeUrl: ROUTES, ...request });
    expect(await call.ended).toMatchObject({ code, details: expect.stringMatching(details) });
  });

  test('P33 too many types are refused', async () => {
    const { port } = await listen({ limits: { types: 2 } });
    const call = open(port, variant);
    for (const typeUrl of ['a', 'b', 'c']) call.ask({ node, typeUrl });
    expect(await call.ended).toMatchObject({
      code: status.RESOURCE_EXHAUSTED,
      details: '3 types on one stream: at most 2',
    });
  });

  test('P33 a stream without a first request is ended after a time limit', async () => {
    const { port } = await listen({ firstRequestTimeoutMs: 20 });
    expect(await open(port, variant).ended).toMatchObject({ code: status.DEADLINE_EXCEEDED });
  });

  test.each(
    SERVICE_NAMES.filter((name) => name !== 'aggregated'),
  )('P26 %s has a service of its own', async (name) => {
    const { onlyType = '' }: DiscoveryService = SERVICES[name];
    const { xds, port } = await listen({}, 0, SERVICE_NAMES);
    xds.set('n', makeSnapshot({ [onlyType]: { a: '1', b: '1' } }));
    const call = open(port, variant, name);
    call.ask({ node, [NAMES[variant]]: ['a'] });
    const response = await call.next();
    expect(response).toMatchObject({ typeUrl: onlyType, resources: [expect.stringMatching(/^a/)] });
    call.ask({
      typeUrl: onlyType,
      responseNonce: response.nonce,
      [NAMES[variant]]: variant === 'sotw' ? ['a'] : [],
    });
    await expect.poll(() => xds.settled('n', onlyType)).toBe('acked');
    call.ask({ typeUrl: onlyType === CLUSTER ? ENDPOINTS : CLUSTER });
    expect(await call.ended).toMatchObject({
      code: status.INVALID_ARGUMENT,
      details: expect.stringMatching(/^type_url ".*": this service has .* alone$/),
    });
  });
});

test('P32 a change while a stream is being opened is not lost', async () => {
  const { xds, port } = await listen({
    keyOf: ({ id }) => {
      xds.set(id, makeSnapshot({ [CLUSTER]: { a: '1' } }));
      setImmediate(() => xds.set(id, makeSnapshot({ [CLUSTER]: { a: '2' } })));
      return id;
    },
  });
  const call = open(port, 'sotw');
  call.ask({ node, typeUrl: CLUSTER });
  const { nonce, resources } = await call.next();
  expect(resources).toEqual(['a=1']);
  call.ask({ typeUrl: CLUSTER, responseNonce: nonce });
  expect(await call.next()).toMatchObject({ resources: ['a=2'] });
});

test('P34 a client that disconnects right after its request leaves no stream behind', async () => {
  const { xds, port } = await listen();
  xds.set('n', clusters);
  const request = toBinary(
    DiscoveryRequestSchema,
    create(DiscoveryRequestSchema, { node, typeUrl: CLUSTER }),
  );
  for (let round = 0; round < 20; round += 1) {
    const raw = connectRaw(port);
    await new Promise((resolve) => raw.session.once('connect', resolve));
    for (let count = 0; count < 20; count += 1) raw.open(SERVICES.aggregated.sotw.path).write(frame(request));
    await new Promise((resolve) => setTimeout(resolve, round % 5));
    raw.close();
  }
  await expect.poll(() => xds.streams()).toEqual([]);
});

test('P33 a client may ping without data, far more often than the 10 s of Envoys', async () => {
  const { xds, port } = await listen();
  const raw = connectRaw(port);
  cleanups.push(raw.close);
  const stream = raw.open(SERVICES.aggregated.sotw.path);
  const goneAway = vi.fn<() => void>();
  raw.session.on('goaway', goneAway);
  stream.write(
    frame(toBinary(DiscoveryRequestSchema, create(DiscoveryRequestSchema, { node, typeUrl: CLUSTER }))),
  );
  await expect.poll(() => xds.streams().length).toBe(1);
  for (let ping = 0; ping < 100; ping += 1) {
    await new Promise<void>((resolve, reject) => {
      raw.session.ping((error) => (error === null ? resolve() : reject(error)));
    });
  }
  expect(goneAway).not.toHaveBeenCalled();
  const answered = new Promise<Buffer>((resolve) => stream.once('data', resolve));
  xds.set('n', clusters);
  expect((await answered).length).toBeGreaterThan(0);
});

test('P33 initial versions are bounded like names', async () => {
  const { port } = await listen({ limits: { names: 1 } });
  const call = open(port, 'delta');
  call.ask({ node, typeUrl: CLUSTER, initialResourceVersions: { a: '1', b: '1' } });
  expect(await call.ended).toMatchObject({
    code: status.RESOURCE_EXHAUSTED,
    details: '2 initial_resource_versions: at most 1',
  });
});

test('P26 services and methods are those of the Envoy API', () => {
  const descriptors = readFileSync(join(import.meta.dirname, '../envoy-1.40.0.binpb'));
  const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, descriptors));
  for (const name of SERVICE_NAMES) {
    const { sotw, delta }: DiscoveryService = SERVICES[name];
    for (const [method, request] of [
      [sotw, 'DiscoveryRequest'],
      [delta, 'DeltaDiscoveryRequest'],
    ] as const) {
      const [, service = '', methodName] = method.path.split('/');
      const found = registry.getService(service)?.methods.find((each) => each.name === methodName);
      expect([method.path, found?.methodKind, found?.input.typeName]).toEqual([
        method.path,
        'bidi_streaming',
        `envoy.service.discovery.v3.${request}`,
      ]);
    }
  }
});
