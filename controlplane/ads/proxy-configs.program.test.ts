import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { createLog } from '../../common/log.ts';
import { until } from '../../test/lab/until.ts';
import { keepNode } from '../../xds/node.ts';
import { createXdsServer, type XdsServer } from '../../xds/server.ts';
import { CLUSTER, ENDPOINTS } from '../../xds/types.ts';
import { create } from '@bufbuild/protobuf';
import { NodeSchema } from '#envoy/envoy/config/core/v3/base_pb.ts';
import { openDiscovery, type Discovery } from '../discovery/discovery.ts';
import { ANY_CREDENTIALS, createCloudMapServices } from '../discovery/testing/cloud-map.ts';
import { startMoto, type Moto } from '../discovery/testing/moto.ts';
import { modelFromInputs, put, resourceFromInput, type Written } from '../mesh/testing/resources.ts';
import type { Model } from '../mesh/model.ts';
import { createProxyConfigs, type ProxyConfigs } from './proxy-configs.ts';

// Configurations that are served before the first answer of AWS Cloud Map, which moto stands in for.

const log = createLog('test', 'silent');
const RED = 'cds_egress_m_red_http_8080';
const BLUE = 'cds_egress_m_blue_http_8080';

let moto: Moto;
beforeAll(async () => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', ANY_CREDENTIALS.accessKeyId);
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', ANY_CREDENTIALS.secretAccessKey);
  moto = await startMoto();
  const service = createCloudMapServices(moto.endpoint);
  for (const name of ['red', 'blue']) {
    await (await service('prod', name)).register(name, { AWS_INSTANCE_IPV4: '10.0.0.1' });
  }
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await moto.stop();
});

let discovery: Discovery;
let model: Model;
let server: XdsServer;
let configs: ProxyConfigs;
beforeEach(async () => {
  const endpoints = { cloudMap: moto.endpoint, acm: undefined, privateCa: undefined };
  const settings = {
    region: 'us-east-1',
    cloudMapInterval: 50,
    cloudMapCache: undefined,
    certificates: undefined,
  };
  discovery = await openDiscovery({ ...settings, endpoints }, log, { poll: () => undefined });
  model = modelFromInputs([{ meshName: 'm' }, ...['red', 'blue'].flatMap(teller), app('red')]);
  server = createXdsServer({ keyOf: () => '' });
  configs = createProxyConfigs(model, discovery, () => server, log);
});
afterEach(async () => {
  moto.resume();
  await discovery.close();
});

function teller(name: string): readonly Written[] {
  const awsCloudMap = { namespaceName: 'prod', serviceName: name };
  const spec = {
    listeners: [{ portMapping: { port: 8080, protocol: 'http' } }],
    serviceDiscovery: { awsCloudMap },
  };
  const provider = { virtualNode: { virtualNodeName: name } };
  return [
    { meshName: 'm', virtualNodeName: name, spec },
    { meshName: 'm', virtualServiceName: `${name}.local`, spec: { provider } },
  ];
}

function app(...services: readonly string[]): Written {
  const backends = services.map((name) => ({ virtualService: { virtualServiceName: `${name}.local` } }));
  return { meshName: 'm', virtualNodeName: 'app', spec: { backends } };
}

const connect = (): string =>
  configs.keyOf(keepNode(create(NodeSchema, { id: 'mesh/m/virtualNode/app' })), false);

/** The served resource names of a type, and the names without known content. */
function served(
  key: string,
  type: string,
): { readonly known: readonly string[]; readonly unknown: readonly string[] } {
  const resources = server.get(key)?.get(type);
  return {
    known: [...(resources?.resources.keys() ?? [])],
    unknown: [...(resources?.unknown?.keys() ?? [])],
  };
}

/** How long a configuration waits for a first answer, in milliseconds. */
const PATIENCE_MS = 2000;

test('the first configuration waits for the first answer of Cloud Map', async () => {
  moto.pause();
  const began = performance.now();
  const key = connect();
  expect(server.get(key)).toBeUndefined();
  moto.resume();
  await until('a configuration', () => server.get(key) !== undefined);
  if (performance.now() - began < PATIENCE_MS)
    expect(served(key, ENDPOINTS)).toEqual({ known: [RED], unknown: [] });
});

test('the wait is bounded, and endpoints that were unknown are served later', async () => {
  moto.pause();
  const key = connect();
  await until('a configuration', () => server.get(key) !== undefined);
  expect(served(key, ENDPOINTS)).toEqual({ known: [], unknown: [RED] });
  expect(configs.get(key)?.problems).toEqual([
    { where: 'virtualNode/red/serviceDiscovery', what: expect.stringMatching(/^nothing is known/) as string },
  ]);
  moto.resume();
  await until('endpoints', () => served(key, ENDPOINTS).known.length === 1, { limitMs: 120_000 });
  expect(configs.get(key)?.problems).toEqual([]);
});

test('a change that needs another answer waits for it, and the last configuration stays in force', async () => {
  const key = connect();
  await until('a configuration with endpoints', () => served(key, ENDPOINTS).known.length === 1);
  const before = server.get(key);
  moto.pause();
  const change = put(resourceFromInput(app('red', 'blue')), 100);
  model.apply([change]);
  configs.apply([change]);
  expect(server.get(key)).toBe(before);
  moto.resume();
  await until('another', () => server.get(key) !== before);
  await until('the other answer', () => served(key, ENDPOINTS).known.length === 2);
  expect(served(key, ENDPOINTS)).toEqual({ known: [BLUE, RED], unknown: [] });
  expect(served(key, CLUSTER).known).toContain(BLUE);
});
