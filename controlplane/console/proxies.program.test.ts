import { mkdtemp, rm } from 'node:fs/promises';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  startLocalControlPlane,
  type LocalControlPlane,
} from '../../test/lab/programs/local-control-plane.ts';
import { createDeltaClient } from '../../xds/client/client.ts';
import { CLUSTER } from '../../xds/types.ts';
import type { ChangePreview, ProxyDetails } from './contract.ts';

// A console over a control plane with connected proxies: clients that send ACKs and NACKs in place of Envoys.

const WHITE = 'mesh/colors/virtualNode/white';

let folder: string;
let plane: LocalControlPlane;
const cleanups: (() => void)[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'daybreak-console-'));
  plane = await startLocalControlPlane(['--data', folder]);
  await call('PUT', '/v20190125/meshes', { meshName: 'colors' });
  await call('PUT', '/v20190125/meshes/colors/virtualNodes', {
    virtualNodeName: 'white',
    spec: nodeSpec(9080),
  });
  await call('PUT', '/v20190125/meshes/colors/virtualNodes', {
    virtualNodeName: 'other',
    spec: nodeSpec(9080),
  });
});
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) cleanup();
  await plane.kill();
  await rm(folder, { recursive: true });
});

const nodeSpec = (port: number) => ({
  listeners: [{ portMapping: { port, protocol: 'http' } }],
  serviceDiscovery: { dns: { hostname: 'white.local' } },
});

async function call(method: string, path: string, body?: object): Promise<Record<string, unknown>> {
  const answer = await fetch(`${plane.api}${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const json = (await answer.json()) as Record<string, unknown>;
  if (answer.status !== 200) throw new Error(`${answer.status} ${JSON.stringify(json)}`);
  return json;
}

/** Connects a proxy of the virtual node, which refuses responses while `refusal` has words. */
function connectProxy(state: { refusal?: string }): void {
  const [host = '', port] = plane.ads.split(':');
  const client = createDeltaClient({
    upstreams: [{ address: { host, port: Number(port) } }],
    node: () => ({
      id: WHITE,
      cluster: WHITE,
      userAgentName: 'envoy',
      metadata: { daybreak: { instance: 'i-1' } },
    }),
    versions: () => new Map(),
    onUpdate: (update) => client.answer(update, state.refusal),
    onState: () => undefined,
  });
  client.subscribe(CLUSTER, new Set(['*']));
  cleanups.push(() => client.close());
}

/** Reads events; returns the received ones, which grow. */
async function readEvents(path = '/console/events?mesh=colors') {
  const events: { event: string; data: Record<string, unknown> }[] = [];
  let text = '';
  const status = await new Promise<number | undefined>((resolve, reject) => {
    const request = get(`${plane.api}${path}`, (response) => {
      resolve(response.statusCode);
      response.on('data', (chunk: Buffer) => {
        text += String(chunk);
        const parts = text.split('\n\n');
        text = parts.pop() ?? '';
        for (const part of parts) {
          const [, event = '', data = ''] = /^event: (\w+)\ndata: (.*)$/.exec(part) ?? [];
          if (event !== '') events.push({ event, data: JSON.parse(data) as Record<string, unknown> });
        }
      });
      response.on('error', () => undefined);
    });
    request.on('error', reject);
    cleanups.push(() => request.destroy());
  });
  return {
    status,
    of: (name: string) => events.filter(({ event }) => event === name).map(({ data }) => data),
  };
}

const waitInSync = async (): Promise<void> => {
  const states = async () => (await plane.status()).proxies.map(({ state }) => state);
  await expect.poll(states).toEqual(['in sync']);
};
const update = (port: number) =>
  call('PUT', '/v20190125/meshes/colors/virtualNodes/white', { spec: nodeSpec(port) });

it('tells readers of a change, and how many proxies have sent an ACK or a NACK, in the words of Envoy', async () => {
  const proxy: { refusal?: string } = {};
  connectProxy(proxy);
  await waitInSync();
  const events = await readEvents();
  await expect.poll(() => events.of('hello')).toMatchObject([{ revision: 3 }]);
  await update(9090);
  await expect
    .poll(() => events.of('progress').at(-1))
    .toMatchObject({ revision: 4, touched: 1, acknowledged: 1, refused: 0, done: true });
  expect(events.of('change')).toMatchObject([
    {
      revision: 4,
      changes: [{ resource: { kind: 'virtualNode', name: 'white' }, change: 'put', version: 2 }],
    },
  ]);
  proxy.refusal = 'no such <b>cluster</b>';
  await update(9091);
  await expect
    .poll(() => events.of('progress').at(-1))
    .toMatchObject({
      revision: 5,
      touched: 1,
      refused: 1,
      done: true,
      refusals: [{ resource: WHITE, instance: 'i-1', type: 'Cluster', error: 'no such <b>cluster</b>' }],
    });
  await expect.poll(() => events.of('proxies').length).toBeGreaterThan(0);
  const { proxies } = (await call('GET', `/console/proxy?node=${WHITE}`)) as unknown as ProxyDetails;
  expect(proxies).toMatchObject([{ instance: 'i-1', state: 'refused' }]);
  const cluster = proxies[0]?.resources.find(({ state }) => state === 'refused');
  expect(cluster).toMatchObject({ type: 'Cluster', error: 'no such <b>cluster</b>' });
  expect(cluster?.intended?.content).toBeDefined();
  expect(await call('GET', `/console/proxy?node=${WHITE}&instance=none`)).toEqual({
    resource: WHITE,
    proxies: [],
  });
});

it('shows which proxies a change would touch and the difference of their resources, and changes nothing', async () => {
  connectProxy({});
  await waitInSync();
  const preview = async (operation: string, input: object) =>
    (await call('POST', '/console/preview', { operation, input })) as unknown as ChangePreview;
  const white = { meshName: 'colors', virtualNodeName: 'white' };
  const update9090 = await preview('UpdateVirtualNode', { ...white, spec: nodeSpec(9090) });
  expect(update9090).toMatchObject({
    revision: 3,
    change: 'update',
    resource: { kind: 'virtualNode', name: 'white' },
    before: { version: 1 },
    after: { version: 2, spec: nodeSpec(9090) },
    proxies: [{ resource: WHITE, connected: 1 }],
    omitted: 0,
  });
  const names = update9090.proxies[0]?.differences?.map(({ name }) => name);
  expect(names).toContain('cds_ingress_colors_white_http_9090');
  expect(names).toContain('cds_ingress_colors_white_http_9080');
  expect(await preview('UpdateVirtualNode', { ...white, spec: nodeSpec(9080) })).toMatchObject({
    change: 'none',
    proxies: [],
  });
  expect(await preview('DeleteVirtualNode', white)).toMatchObject({
    change: 'delete',
    proxies: [{ resource: WHITE, connected: 1, differences: [] }],
  });
  const created = await preview('CreateVirtualNode', { ...white, virtualNodeName: 'new', spec: nodeSpec(1) });
  expect(created).toMatchObject({ change: 'create', proxies: [] });
  await expect(preview('UpdateVirtualNode', { ...white, spec: { backends: 1 } })).rejects.toThrow('400');
  await expect(preview('UpdateVirtualNode', { ...white, virtualNodeName: 'none', spec: {} })).rejects.toThrow(
    '404',
  );
  await expect(preview('DescribeVirtualNode', white)).rejects.toThrow('400');
  expect((await plane.status()).revision).toBe(3);
});

it('a reader beyond the limit gets 503, and 10,000 attempts take nothing from the API', async () => {
  const statuses: (number | undefined)[] = [];
  for (let reader = 0; reader < 101; reader += 1) statuses.push((await readEvents()).status);
  expect(statuses.filter((status) => status === 200)).toHaveLength(100);
  const refused = await fetch(`${plane.api}/console/events`);
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '5']);
  await refused.text();
  for (let batch = 0; batch < 100; batch += 1) {
    const answers = await Promise.all(
      Array.from({ length: 100 }, () => fetch(`${plane.api}/console/events`)),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([503]));
    await Promise.all(answers.map((answer) => answer.text()));
  }
  expect(await call('GET', '/v20190125/meshes')).toMatchObject({ meshes: [{ meshName: 'colors' }] });
  for (const cleanup of cleanups.splice(0)) cleanup();
  await expect.poll(async () => (await readEvents()).status).toBe(200);
});
