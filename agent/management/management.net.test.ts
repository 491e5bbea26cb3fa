import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ENVOY, makeAgentHost, type AgentHost } from '../testing/agent-host.ts';

// App Mesh's management calls, on a socket, in front of a real Envoy.

const DAYBREAK = join(import.meta.dirname, '../../cli/main.ts');

let host: AgentHost;
let count = 0;

beforeEach(async () => {
  host = await makeAgentHost(`dbpi-${process.pid}-manage${(count += 1)}`);
});

afterEach(() => host.remove());

describe.each(['DAYBREAK_ENVOY', 'DAYBREAK_ENVOY_OLDEST'])('%s', (variable) => {
  test('the management calls on a socket change the log level, read metrics, and close the listeners', async () => {
    const socket = `${host.folder}/runs/agent.sock`;
    const agent = await host.start({
      DAYBREAK_ENVOY: process.env[variable] ?? ENVOY,
      APPNET_AGENT_ADMIN_MODE: 'uds',
      APPNET_AGENT_ADMIN_UDS_PATH: socket,
      DAYBREAK_PROMETHEUS_ADDRESS: '0.0.0.0:9903',
    });
    await expect.poll(async () => (await agent.status().catch(() => undefined))?.envoyState).toBe('LIVE');
    const curl = (...args: readonly string[]) => host.run('curl', '-s', '-w', '%{http_code}', ...args);
    const call = (path: string, ...args: readonly string[]) =>
      curl('--unix-socket', socket, `http://agent${path}`, ...args);
    const hello = () => curl('http://127.0.0.1:15000/').catch(() => 'refused');

    expect(await call('/status')).toContain('"healthStatus": "HEALTHY"');
    expect(await host.run('stat', '-c', '%a %u', socket)).toBe('600 1337\n');

    const environment = `APPNET_AGENT_ADMIN_MODE=uds APPNET_AGENT_ADMIN_UDS_PATH=${socket} APPNET_AGENT_HTTP_PORT=1`;
    const ready = `${environment} '${process.execPath}' '${DAYBREAK}' agent -envoyReadiness`;
    expect(await host.run('sh', '-c', ready)).toBe('');

    expect(await call('/enableLogging?level=debug', '-XPOST')).toBe(
      'Setting logging level from [info] to [debug]\n200',
    );
    await expect.poll(() => agent.output().includes('"level":"debug","program":"envoy"')).toBe(true);
    expect(await call('/enableLogging?level=warning', '-XPOST')).toBe('304');

    expect(await call('/stats/prometheus?usedonly')).toMatch(/^envoy_server_live\{\} 1$/m);
    expect(await curl('http://127.0.0.1:9903/stats/prometheus')).toMatch(/^envoy_server_live\{\} 1$/m);
    expect(await call('/stats/prometheus?usedonly&filter=metrics_extension&delta')).toBe('200');

    expect(await hello()).toBe('hello\n200');
    expect(await curl('-XPOST', 'http://127.0.0.1:9902/drain_listeners?inboundonly')).toContain('403');
    expect(await call('/drain_listeners?inboundonly', '-XPOST')).toBe('OK\n200');
    await expect.poll(hello).toBe('refused');

    agent.kill('SIGTERM');
    expect(await agent.ended).toBe(0);
  });
});
