import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { createLog } from '../../common/log.ts';
import { freePort } from '../../test/lab/net/free-port.ts';
import { request, type Ask } from '../../test/lab/clients/http.ts';
import { createAdminClient } from '../admin/admin-client.ts';
import type { ManagementMode } from '../settings/management-settings.ts';
import type { Status } from '../status/status.ts';
import { createManagement } from './management.ts';
import { serveAgent } from './serve-agent.ts';

// The agent's servers, in front of a stand-in for Envoy's admin interface that notes each request.

const METRICS =
  '# TYPE envoy_appmesh_R counter\nenvoy_appmesh_R{} 7\n# TYPE envoy_other gauge\nenvoy_other{} 1\n';
const WRITES = ['/drain_listeners?inboundonly', '/enableLogging?level=debug'];

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'management-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
});

/** Starts the stand-in. `answer` replaces its answers. */
async function startEnvoy(answer?: (response: ServerResponse) => void) {
  const path = join(folder, 'adm.sock');
  const asked: string[] = [];
  const server = createServer((incoming: IncomingMessage, response) => {
    asked.push(`${incoming.method} ${incoming.url}`);
    if (answer !== undefined) answer(response);
    else response.end(incoming.url?.startsWith('/stats') === true ? METRICS : 'OK\n');
  }).listen(path);
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return { path, asked };
}

type Options = {
  readonly mode?: ManagementMode;
  readonly withPrometheus?: boolean;
  readonly adminSocket?: string;
  readonly port?: number;
  readonly answer?: Status;
};

const HEALTHY = { healthStatus: 'HEALTHY' } as Status;

async function startAgent({
  mode = { kind: 'off' },
  withPrometheus = false,
  adminSocket,
  port,
  answer = HEALTHY,
}: Options) {
  const socketPath = adminSocket ?? join(folder, 'adm.sock');
  const prometheus = withPrometheus ? { address: '127.0.0.1', port: await freePort() } : undefined;
  const management = { mode, logLevelSeconds: 300, snapshots: false, prometheus };
  const status = { address: '127.0.0.1', port: port ?? (await freePort()) };
  const log = createLog('test', 'silent');
  const calls = createManagement({
    settings: management,
    logLevel: 'info',
    admin: createAdminClient(socketPath),
    adminSocket: socketPath,
    log,
    now: () => 0,
  });
  const { close } = await serveAgent({
    settings: { status, management, hosts: [] },
    served: { status: () => answer, metrics: () => 'ours 1\n' },
    management: calls,
    log,
  });
  onTestFinished(() => {
    close();
    calls.close();
  });
  const at = (base: string, socket?: string) => (path: string, options?: Ask) =>
    request(`${base}${path}`, { ...options, ...(socket === undefined ? {} : { socketPath: socket }) });
  return {
    calls,
    close,
    ask: at(`http://127.0.0.1:${status.port}`),
    askSocket: at('http://agent', mode.kind === 'uds' ? mode.path : undefined),
    askPrometheus: at(`http://127.0.0.1:${prometheus?.port}`),
  };
}

const post = { method: 'POST' };

test('/readyz: 200 if the agent is healthy, else 503 with the reasons on a line; the socket has it too', async () => {
  await startEnvoy();
  const path = join(folder, 'agent.sock');
  const mode = { kind: 'uds', path, isConfigured: true } as const;
  const healthy = await startAgent({ mode });
  expect(await healthy.ask('/readyz')).toMatchObject({ status: 200, body: 'ready\n' });
  expect(await healthy.askSocket('/readyz')).toMatchObject({ status: 200, body: 'ready\n' });
  expect(await healthy.ask('/readyz', post)).toMatchObject({ status: 405 });
  healthy.close();
  const answer = {
    healthStatus: 'UNHEALTHY',
    envoyState: 'LIVE',
    daybreak: {
      supervisor: { state: 'running' },
      notReady: ['ingress: waits for app'],
      problems: [{ code: 'STATE', problem: 'no folder' }],
    },
  } as unknown as Status;
  const { ask } = await startAgent({ answer });
  const body = 'Envoy is LIVE, the supervisor running; ingress: waits for app; no folder (STATE)\n';
  expect(await ask('/readyz')).toMatchObject({ status: 503, body });
  expect(await ask('/readyz', { method: 'HEAD' })).toMatchObject({ status: 503, body: '' });
});

describe('where the calls are', () => {
  test('without APPNET_AGENT_ADMIN_MODE the status port only reads', async () => {
    const { asked } = await startEnvoy();
    const { ask } = await startAgent({});
    expect(await ask('/status')).toMatchObject({ status: 200 });
    expect(await ask('/metrics')).toMatchObject({ status: 200, body: 'ours 1\n' });
    expect(await ask('/stats/prometheus')).toMatchObject({ status: 200, body: METRICS });
    for (const path of WRITES) {
      expect(await ask(path, post)).toMatchObject({
        status: 403,
        body: 'APPNET_AGENT_ADMIN_MODE=tcp or uds allows this call\n',
      });
    }
    expect(await ask('/quitquitquit', post)).toMatchObject({ status: 404 });
    expect(asked).toEqual(['GET /stats?format=prometheus']);
  });

  test('with tcp, the status port also writes, and not for other sites or hosts', async () => {
    const { asked } = await startEnvoy();
    const { ask } = await startAgent({ mode: { kind: 'tcp' } });
    for (const headers of [{ origin: 'https://evil.example' }, { host: 'evil.example' }]) {
      expect((await ask('/drain_listeners?inboundonly', { ...post, headers })).status).toBeGreaterThan(400);
    }
    expect(asked).toEqual([]);
    expect(await ask('/drain_listeners?inboundonly', post)).toMatchObject({ status: 200, body: 'OK\n' });
    expect(await ask('/enableLogging?level=warn', post)).toMatchObject({
      status: 200,
      body: 'Setting logging level from [info] to [warn]\n',
    });
    expect(asked).toEqual(['POST /drain_listeners?inboundonly', 'POST /logging?level=warning']);
  });

  test('with uds, only the socket writes, and the status port still reads', async () => {
    const { asked } = await startEnvoy();
    const path = join(folder, 'agent.sock');
    const { ask, askSocket } = await startAgent({ mode: { kind: 'uds', path, isConfigured: true } });
    expect(await askSocket('/status')).toMatchObject({ status: 200 });
    for (const write of WRITES) {
      expect(await ask(write, post)).toMatchObject({
        status: 403,
        body: expect.stringContaining(path) as unknown,
      });
      expect(await askSocket(write, post)).toMatchObject({ status: 200 });
    }
    expect(await ask('/status')).toMatchObject({ status: 200 });
    expect(asked).toEqual(['POST /drain_listeners?inboundonly', 'POST /logging?level=debug']);
  });

  test('DAYBREAK_PROMETHEUS_ADDRESS serves one path, whose requests count apart', async () => {
    await startEnvoy();
    const { ask, askPrometheus } = await startAgent({ withPrometheus: true, mode: { kind: 'tcp' } });
    expect(await askPrometheus('/stats/prometheus?usedonly&filter=metrics_extension')).toMatchObject({
      status: 200,
      body: '\n# TYPE R counter\nR 7\n',
    });
    for (const path of ['/status', '/metrics', '/stats', '/', ...WRITES]) {
      expect(await askPrometheus(path, path.includes('?') ? post : {})).toMatchObject({ status: 404 });
    }
    expect(await askPrometheus('/stats/prometheus', post)).toMatchObject({ status: 400 });
    const answers = await Promise.all(Array.from({ length: 30 }, () => askPrometheus('/stats/prometheus')));
    expect(answers.map(({ status }) => status)).toContain(429);
    expect(await ask('/stats/prometheus')).toMatchObject({ status: 200 });
  });
});

describe('the socket', () => {
  const taken = () => {
    const path = join(folder, 'agent.sock');
    writeFileSync(path, 'a file');
    return path;
  };

  test('a configured path that is taken is an error, and nothing stays open', async () => {
    const path = taken();
    const port = await freePort();
    await expect(startAgent({ mode: { kind: 'uds', path, isConfigured: true }, port })).rejects.toThrow(
      `cannot listen on ${path} (listen EADDRINUSE: address already in use ${path}): remove the file at this path, or set APPNET_AGENT_ADMIN_UDS_PATH`,
    );
    expect(readFileSync(path, 'utf8')).toBe('a file');
    await expect(request(`http://127.0.0.1:${port}/status`)).rejects.toThrow('ECONNREFUSED');
  });

  test.each([
    'taken',
    'in a folder that does not exist',
  ])('the default path %s is no error: the status port serves', async (how) => {
    const path = how === 'taken' ? taken() : join(folder, 'ecs', 'agent.sock');
    const { ask } = await startAgent({ mode: { kind: 'uds', path, isConfigured: false } });
    expect(await ask('/status')).toMatchObject({ status: 200 });
    expect(existsSync(join(folder, 'ecs'))).toBe(false);
  });
});

test('a missing folder of the socket is named', async () => {
  const path = join(folder, 'ecs', 'agent.sock');
  await expect(startAgent({ mode: { kind: 'uds', path, isConfigured: true } })).rejects.toThrow(
    `cannot listen on ${path} (ENOENT: no such file or directory, stat '${join(folder, 'ecs')}')`,
  );
});

describe('the calls', () => {
  test('20 calls at once, then 429, for all calls together; the status is never refused', async () => {
    await startEnvoy();
    const { ask } = await startAgent({ mode: { kind: 'tcp' } });
    const drain = () => ask('/drain_listeners?inboundonly', post);
    for (let count = 0; count < 10; count += 1) {
      expect(await ask('/stats/prometheus')).toMatchObject({ status: 200 });
      expect(await drain()).toMatchObject({ status: 200 });
    }
    expect(await drain()).toMatchObject({ status: 429, body: 'Too Many Requests\n' });
    expect(await ask('/stats/prometheus')).toMatchObject({ status: 429 });
    const statuses = await Promise.all(Array.from({ length: 40 }, () => ask('/status')));
    expect(statuses.filter(({ status }) => status !== 200)).toEqual([]);
  });

  test('304 while a reset is pending, or for the level that Envoy has', async () => {
    const { asked } = await startEnvoy();
    const { ask, calls } = await startAgent({ mode: { kind: 'tcp' } });
    const level = async (query: string) => (await ask(`/enableLogging?${query}`, post)).status;
    expect(await level('level=info')).toBe(304);
    expect(await level('level=debug')).toBe(200);
    expect([await level('level=trace'), await level('nonsense')]).toEqual([304, 304]);
    calls.envoyStarts();
    expect(await level('level=warning&permanent=true')).toBe(200);
    expect(await level('level=warn')).toBe(304);
    expect(calls.envoyLogLevel()).toBe('warning');
    expect(asked).toEqual(['POST /logging?level=debug', 'POST /logging?level=warning']);
  });

  test('an Envoy that is away or refuses is a 500 with the reason', async () => {
    const { path } = await startEnvoy((response) => response.writeHead(400).end('error: no\n'));
    for (const [adminSocket, reason] of [
      [join(folder, 'away.sock'), /ENOENT/],
      [path, /error: no/],
    ] as const) {
      const { ask } = await startAgent({ mode: { kind: 'tcp' }, adminSocket });
      for (const [call, line] of [
        ['/drain_listeners?inboundonly', 'Unable to drain Envoy listeners: '],
        ['/enableLogging?level=debug', 'Unable to set logging level to [debug]: '],
      ] as const) {
        const answer = await ask(call, post);
        expect(answer).toMatchObject({ status: 500, body: expect.stringContaining(line) as unknown });
        expect(answer.body).toMatch(reason);
      }
      const stats = await ask('/stats/prometheus?filter=metrics_extension');
      expect(stats).toMatchObject({
        status: 500,
        body: expect.stringContaining('Failed to fetch stats from Envoy: ') as unknown,
      });
    }
  });
});
