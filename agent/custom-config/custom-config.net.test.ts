import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeAgentHost, type AgentHost, type RunningAgent } from '../testing/agent-host.ts';

let host: AgentHost;
let count = 0;

beforeEach(async () => {
  host = await makeAgentHost(`dbpi-${process.pid}-f${(count += 1)}`);
});
afterEach(() => host.remove());

/** A listener that answers by itself, with the tracer of the bootstrap. */
const LISTENER = `
name: mine
address: {socket_address: {address: 127.0.0.1, port_value: 16000}}
filter_chains:
- filters:
  - name: envoy.filters.network.http_connection_manager
    typed_config:
      "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
      stat_prefix: mine
      tracing: {}
      http_filters:
      - name: envoy.filters.http.router
        typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}
      route_config:
        virtual_hosts:
        - name: all
          domains: ["*"]
          routes: [{match: {prefix: /}, direct_response: {status: 200, body: {inline_string: mine}}}]
`;
const STATIC = `static_resources:\n  listeners:\n  - ${LISTENER.trim().replaceAll('\n', '\n    ')}\n`;

test('a merged listener is traced, and X-Ray is reached by name', async () => {
  const file = write('resources.yaml', STATIC);
  const daemon = host.run(process.execPath, '-e', DAEMON);
  await expect.poll(() => host.run('ss', '-Hlun')).toContain('127.0.0.1:2002 ');
  const agent = await host.start({
    ENVOY_RESOURCES_CONFIG_FILE: file,
    ENABLE_ENVOY_XRAY_TRACING: '1',
    AWS_XRAY_DAEMON_ADDRESS: 'localhost:2002',
    XRAY_SAMPLING_RATE: '1',
  });
  await live(agent);
  expect(await host.run('curl', '-s', '127.0.0.1:16000/traced')).toBe('mine');
  expect(await daemon).toMatch(/"name":"m\/n".*AWS::AppMesh::Proxy|AWS::AppMesh::Proxy.*"name":"m\/n"/s);
  expect((await agent.status()).daybreak).toMatchObject({ bootstrap: { kind: 'merged' }, leftOut: [] });
  agent.kill('SIGTERM');
  expect(await agent.ended).toBe(0);
});

test('a bootstrap of the operator is supervised without a resource, an endpoint or a relay', async () => {
  const file = write('own.yaml', `node: {id: mine, cluster: mine}\n${STATIC}`);
  const env = { ENVOY_CONFIG_FILE: file, APPMESH_RESOURCE_ARN: '', APPMESH_XDS_ENDPOINT: '' };
  const agent = await host.start(env);
  await live(agent);
  expect(await host.run('curl', '-s', '127.0.0.1:16000/')).toBe('mine');
  expect(await host.run('curl', '-s', '127.0.0.1:9901/ready')).toBe('LIVE\n');
  expect(await agent.status()).toMatchObject({
    healthStatus: 'HEALTHY',
    managementServerConnectionStatus: 'NOT_CONNECTED',
    daybreak: { bootstrap: { kind: 'own bootstrap', file } },
  });
  agent.kill('SIGTERM');
  expect(await agent.ended).toBe(0);
});

test("a file that Envoy refuses ends the agent with one error, before Envoy's first start", async () => {
  const agent = await host.start({
    ENVOY_RESOURCES_CONFIG_FILE: write('bad.yaml', 'cluster_manager: {bogus: 1}'),
  });
  expect(await agent.ended).toBe(78);
  expect(agent.output()).toMatch(/Envoy refuses the bootstrap with ENVOY_RESOURCES_CONFIG_FILE=\S+: .*bogus/);
  expect(agent.output()).not.toContain('started Envoy');
  expect(host.runFolders()).toEqual([]);
});

/** Prints the first segment that arrives. */
const DAEMON = `require('node:dgram').createSocket('udp4').bind(2002, '127.0.0.1')
  .once('message', (segment) => { console.log(String(segment)); process.exit(); })`;

function write(name: string, text: string): string {
  const path = join(host.folder, name);
  writeFileSync(path, text);
  return path;
}

async function live(agent: RunningAgent): Promise<void> {
  const state = () =>
    agent.status().then(
      ({ envoyState }) => envoyState,
      () => agent.output(),
    );
  await expect.poll(state).toBe('LIVE');
}
