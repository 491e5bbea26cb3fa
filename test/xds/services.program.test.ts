import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fromBinary } from '@bufbuild/protobuf';
import { Client, credentials } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ClientStatusResponseSchema, ConfigStatus } from '#envoy/envoy/service/status/v3/csds_pb.ts';
import { STATUS_METHODS } from '../../xds/csds/service.ts';
import { openCall } from '../../xds/rows/testing/call.ts';
import { SERVICES, type DiscoveryService, type ServiceName } from '../../xds/service.ts';
import { appMeshClient, createColorModel, MESH } from '../../demo/color-model.ts';
import { startLocalControlPlane, type LocalControlPlane } from '../lab/programs/local-control-plane.ts';

// The services of a running control plane, each with its own client.

const ID = `mesh/${MESH}/virtualNode/colorgateway-vn`;
let folder: string;
let plane: LocalControlPlane;
let port: number;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'services-'));
  plane = await startLocalControlPlane(['--data', folder]);
  port = Number(plane.ads.split(':').at(-1));
  await createColorModel(appMeshClient(plane.api), { 'colorteller-vn': 1 });
});
afterAll(async () => {
  await plane?.kill();
  await rm(folder, { recursive: true });
});

describe.each(['delta', 'sotw'] as const)('%s', (variant) => {
  test.each([
    'clusters',
    'listeners',
  ] as const)('%s are served in full on their own service', async (name) => {
    const call = openCall(port, variant, name);
    call.ask({ node: { id: ID } });
    expect((await call.next()).resources.length).toBeGreaterThan(0);
    call.close();
  });

  test.each([
    'endpoints',
    'routes',
    'secrets',
    'extensionConfigs',
    'runtime',
  ] as const)('a request for %s that do not exist is answered at once', async (name: ServiceName) => {
    const { onlyType }: DiscoveryService = SERVICES[name];
    const call = openCall(port, variant, name);
    const names = { [variant === 'delta' ? 'resourceNamesSubscribe' : 'resourceNames']: ['none'] };
    call.ask({ node: { id: ID }, ...names });
    expect((await call.next()).typeUrl).toBe(onlyType);
    call.close();
  });
});

test('CSDS shows a connected proxy with all of its resources', async () => {
  const call = openCall(port, 'delta');
  call.ask({ node: { id: ID }, typeUrl: SERVICES.listeners.onlyType });
  const { nonce, resources } = await call.next();
  call.ask({ typeUrl: SERVICES.listeners.onlyType, responseNonce: nonce });
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
  const ask = async () => {
    const { path, requestSerialize, responseDeserialize } = STATUS_METHODS.FetchClientStatus;
    const bytes = await new Promise<Buffer>((resolve, reject) => {
      client.makeUnaryRequest(path, requestSerialize, responseDeserialize, Buffer.alloc(0), (error, value) =>
        value === undefined ? reject(error ?? new Error('nothing')) : resolve(value),
      );
    });
    const { config } = fromBinary(ClientStatusResponseSchema, bytes);
    const own = config
      .filter(({ node }) => node?.id === ID)
      .flatMap(({ genericXdsConfigs }) => genericXdsConfigs);
    return own.filter(({ configStatus }) => configStatus === ConfigStatus.SYNCED).map(({ name }) => name);
  };
  await expect.poll(ask).toEqual(resources);
  client.close();
  call.close();
});
