import { create } from '@bufbuild/protobuf';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { NodeSchema } from '#envoy/envoy/config/core/v3/base_pb.ts';
import { createLog } from '../../common/log.ts';
import { keepNode } from '../../xds/node.ts';
import { createXdsServer, type XdsServer } from '../../xds/server.ts';
import { CLUSTER, LISTENER } from '../../xds/types.ts';
import type { Discovery } from '../discovery/discovery.ts';
import { NOTHING_TO_DISCOVER, openNoDiscovery } from '../discovery/testing/no-discovery.ts';
import { modelFromInputs, put, resourceFromInput } from '../mesh/testing/resources.ts';
import type { Model } from '../mesh/model.ts';
import type { Change } from '../mesh/resource.ts';
import { resourceJson } from '../translate/registry.ts';
import { createProxyConfigs, type ProxyConfigs } from './proxy-configs.ts';

const log = createLog('test', 'silent');
const CLUSTERS = ['cds_egress_m_amazonaws', 'cds_ingress_m_app_http_8080'];

let discovery: Discovery;
let model: Model;
let server: XdsServer;
let configs: ProxyConfigs;
beforeEach(async () => {
  discovery = await openNoDiscovery(log);
  model = modelFromInputs([{ meshName: 'm' }]);
  server = createXdsServer({ keyOf: () => '' });
  configs = createProxyConfigs(model, discovery, () => server, log);
});
afterEach(() => discovery.close());

function apply(change: Change): void {
  model.apply([change]);
  configs.apply([change]);
}

const node = (revision: number): Change => {
  const spec = { listeners: [{ portMapping: { port: 8080, protocol: 'http' } }] };
  return put(resourceFromInput({ meshName: 'm', virtualNodeName: 'app', spec }), revision);
};

test('a proxy without a resource waits, a proxy of a deleted resource is sent nothing more, and creating the resource serves both', () => {
  const key = configs.keyOf(keepNode(create(NodeSchema, { id: 'mesh/m/virtualNode/app' })), false);
  const now = () => ({
    state: configs.get(key)?.state,
    clusters: server.get(key) && [...(server.get(key)?.get(CLUSTER)?.resources.keys() ?? [])],
  });
  expect(now()).toEqual({ state: 'waiting', clusters: undefined });
  apply(node(100));
  const served = { state: 'served', clusters: CLUSTERS };
  expect(now()).toEqual(served);
  apply({ ...node(101), resource: undefined });
  // No empty snapshot: the server would send it.
  expect(now()).toEqual({ state: 'orphaned', clusters: undefined });
  apply(node(102));
  expect(now()).toEqual(served);
});

test('of two Envoys of one virtual node without an agent, only the one whose version supports filter_chain_matcher is sent it', () => {
  const services = ['one.example.com', 'two.example.com'];
  const listeners = [{ portMapping: { port: 443, protocol: 'tcp' } }];
  const virtualNode = (virtualNodeName: string, spec: object) => ({ virtualNodeName, spec });
  const written = [
    virtualNode('app', {
      backends: services.map((virtualServiceName) => ({ virtualService: { virtualServiceName } })),
    }),
    ...services.flatMap((virtualServiceName) => [
      virtualNode(virtualServiceName, { listeners, serviceDiscovery: { dns: { hostname: 'a.test' } } }),
      { virtualServiceName, spec: { provider: { virtualNode: { virtualNodeName: virtualServiceName } } } },
    ]),
  ];
  for (const each of written) apply(put(resourceFromInput({ meshName: 'm', ...each }), 100));
  const forms = [21, 22].map((minorNumber) => {
    const version = { majorNumber: 1, minorNumber, patch: 0 };
    const envoy = create(NodeSchema, {
      id: 'mesh/m/virtualNode/app',
      userAgentName: 'envoy',
      userAgentVersionType: { case: 'userAgentBuildVersion', value: { version } },
    });
    const snapshot = server.get(configs.keyOf(keepNode(envoy), false));
    const listener = [...(snapshot?.get(LISTENER)?.resources.values() ?? [])].map(resourceJson)[0];
    return listener && 'filter_chain_matcher' in listener;
  });
  expect(forms).toEqual([false, true]);
});

test('proxies of one virtual node in different places share a snapshot', () => {
  const keyOf = (zone: string, task: string) => {
    const metadata = { 'aws.appmesh.platformInfo': { ecsPlatformInfo: { ecsTaskArn: task } } };
    const locality = { region: 'us-west-2', zone };
    const envoy = create(NodeSchema, { id: 'mesh/m/virtualNode/app', metadata, locality });
    return configs.keyOf(keepNode(envoy), false);
  };
  expect(keyOf('usw2-az1', 'arn:1')).toBe(keyOf('usw2-az2', 'arn:2'));
});

test('a problem that another proxy causes by connecting is logged at that time, once', () => {
  const lines: unknown[] = [];
  const written = pino({ level: 'warn' }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  configs = createProxyConfigs(model, discovery, () => server, written);
  const listeners = [{ portMapping: { port: 8080, protocol: 'http' } }];
  const trust = { file: { certificateChain: '/ca.pem' } };
  const resources = [
    {
      virtualNodeName: 'caller',
      spec: {
        backends: [{ virtualService: { virtualServiceName: 'plain.local' } }],
        backendDefaults: { clientPolicy: { tls: { enforce: true, validation: { trust } } } },
      },
    },
    {
      virtualNodeName: 'plain',
      spec: { listeners, serviceDiscovery: { dns: { hostname: 'plain.local' } } },
    },
    { virtualServiceName: 'plain.local', spec: { provider: { virtualNode: { virtualNodeName: 'plain' } } } },
  ];
  for (const each of resources) apply(put(resourceFromInput({ meshName: 'm', ...each }), 100));
  const connect = (name: string) =>
    configs.keyOf(keepNode(create(NodeSchema, { id: `mesh/m/virtualNode/${name}` })), false);
  connect('caller');
  expect(lines).toEqual([]);
  const key = connect('plain');
  const [line] = lines;
  expect(line).toMatchObject({
    proxy: 'mesh/m/virtualNode/caller',
    what: expect.stringMatching(/takes no TLS, which the client policy asks for/) as string,
  });
  configs.release(key);
  connect('plain');
  expect(lines).toEqual([line]);
});

test('a draining instance rebuilds the configurations of the callers of its virtual node, and no others', async () => {
  const awsCloudMap = { namespaceName: 'prod', serviceName: 'app' };
  const listeners = [{ portMapping: { port: 8080, protocol: 'http' } }];
  const resources = [
    { meshName: 'm' },
    { meshName: 'm', virtualNodeName: 'app', spec: { listeners, serviceDiscovery: { awsCloudMap } } },
    {
      meshName: 'm',
      virtualServiceName: 'app.local',
      spec: { provider: { virtualNode: { virtualNodeName: 'app' } } },
    },
    {
      meshName: 'm',
      virtualNodeName: 'caller',
      spec: { backends: [{ virtualService: { virtualServiceName: 'app.local' } }] },
    },
    { meshName: 'm', virtualNodeName: 'stranger', spec: {} },
  ];
  model = modelFromInputs(resources);
  const rebuilt: string[] = [];
  const counting = { ...server, set: (key: string) => void rebuilt.push(key) };
  configs = createProxyConfigs(model, NOTHING_TO_DISCOVER, () => counting, log);
  const keys = ['caller', 'stranger', 'app'].map((name) =>
    configs.keyOf(keepNode(create(NodeSchema, { id: `mesh/m/virtualNode/${name}` })), true),
  );
  rebuilt.length = 0;
  const owner = resourceFromInput({ meshName: 'm' }).owner;
  configs.refreshCallers({ kind: 'virtualNode', owner, mesh: 'm', parent: '', name: 'app' });
  await expect.poll(() => rebuilt).toEqual([keys[0]]);
});

test('a defect that breaks the configuration of one proxy keeps no other proxy from its changes, and is shown', async () => {
  const isBroken = (key: string) => key.includes('"broken"');
  const failing: Discovery = {
    ...discovery,
    ask(key) {
      if (isBroken(key) && model.revision > 100) throw new Error('a defect');
      return discovery.ask(key);
    },
  };
  const lines: unknown[] = [];
  const written = pino({ level: 'error' }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  configs = createProxyConfigs(model, failing, () => server, written);
  for (const virtualNodeName of ['broken', 'whole'])
    apply(put(resourceFromInput({ meshName: 'm', virtualNodeName, spec: {} }), 100));
  const connect = (name: string) =>
    configs.keyOf(keepNode(create(NodeSchema, { id: `mesh/m/virtualNode/${name}` })), false);
  const keys = [connect('broken'), connect('whole')];
  const before = keys.map((key) => server.get(key));
  const spec = { egressFilter: { type: 'ALLOW_ALL' } };
  apply(put(resourceFromInput({ meshName: 'm', spec }), 101));
  const after = keys.map((key) => server.get(key));
  expect(after[0]).toBe(before[0]);
  expect(after[1]).not.toBe(before[1]);
  expect(lines).toMatchObject([{ code: 'FAULT', proxy: 'mesh/m/virtualNode/broken' }]);
  expect(configs.get(keys[0] ?? '')?.problems).toEqual([
    { where: 'the configuration', what: expect.stringMatching(/defect of the control plane/) as string },
  ]);

  // The same when something outside the model has changed, and for the first stream of a proxy.
  const { owner } = resourceFromInput({ meshName: 'm' });
  configs.refresh({ kind: 'virtualNode', owner, mesh: 'm', parent: '', name: 'broken' });
  await expect.poll(() => lines).toHaveLength(2);
  const again = create(NodeSchema, {
    id: 'mesh/m/virtualNode/broken',
    metadata: { daybreak: { sds: true } },
  });
  expect(configs.get(configs.keyOf(keepNode(again), false))?.problems).toHaveLength(1);
});
