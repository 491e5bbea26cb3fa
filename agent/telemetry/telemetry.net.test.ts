import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeAgentHost, type AgentHost } from '../testing/agent-host.ts';

let host: AgentHost;
let count = 0;

beforeEach(async () => {
  host = await makeAgentHost(`dbpi-${process.pid}-t${(count += 1)}`);
});

afterEach(() => host.remove());

/** Starts the receiver beside the agent, and waits until it listens. */
async function startReceiver(): Promise<AsyncDisposable> {
  const script = join(import.meta.dirname, 'testing/run-receiver.ts');
  const child = spawn('ip', ['netns', 'exec', host.namespace, process.execPath, script], {
    stdio: 'inherit',
  });
  await expect.poll(points).toEqual(['']);
  return {
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
    },
  };
}

const points = async () => (await host.run('curl', '-s', '127.0.0.1:4319/')).split('\n');

/** Returns the last value of a series whose text begins so. */
async function last(start: string): Promise<string | undefined> {
  return (await points())
    .findLast((line) => line.startsWith(start))
    ?.split(' ')
    .at(-1);
}

const REQUESTS = 'http.downstream_rq_total{envoy.http_conn_manager_prefix="ingress"} ';

test.each([
  'DAYBREAK_ENVOY',
  'DAYBREAK_ENVOY_OLDEST',
])('the statistics of %s equal the requests sent, also those just before a stop', async (variable) => {
  await using _receiver = await startReceiver();
  const agent = await host.start({
    DAYBREAK_ENVOY: process.env[variable] ?? '',
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318',
    // No export before the stop, however slow the machine.
    OTEL_METRIC_EXPORT_INTERVAL: '3600000',
    LISTENER_DRAIN_WAIT_TIME_S: '5',
  });
  await expect.poll(async () => (await agent.status()).envoyState).toBe('LIVE');
  for (let sent = 0; sent < 25; sent += 1) await host.run('curl', '-s', '127.0.0.1:15000/');
  expect(await points()).toEqual(['']);
  agent.kill('SIGTERM');
  expect(await agent.ended).toBe(0);
  expect(await last(REQUESTS)).toBe('25');
});

test.each([
  'DAYBREAK_ENVOY',
  'DAYBREAK_ENVOY_OLDEST',
])('the changes that %s reports add up to the requests sent', async (variable) => {
  const agent = await host.start({
    DAYBREAK_ENVOY: process.env[variable] ?? '',
    OTEL_METRICS_EXPORTER: 'emf',
    LISTENER_DRAIN_WAIT_TIME_S: '5',
  });
  await expect.poll(async () => (await agent.status()).envoyState).toBe('LIVE');
  for (let sent = 0; sent < 25; sent += 1) await host.run('curl', '-s', '127.0.0.1:15000/');
  agent.kill('SIGTERM');
  expect(await agent.ended).toBe(0);
  const lines = agent
    .output()
    .split('\n')
    .filter((line) => line.includes('CloudWatchMetrics'));
  const ingress = lines
    .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>)
    .filter(
      (line) => line['envoy.http_conn_manager_prefix'] === 'ingress' && 'http.downstream_rq_total' in line,
    );
  expect(ingress.reduce((sum, line) => sum + Number(line['http.downstream_rq_total']), 0)).toBe(25);
});

test('an output that cannot be opened does not keep Envoy from starting, and the status says why', async () => {
  const agent = await host.start({ OTEL_METRICS_EXPORTER: 'cloudwatch', AWS_EC2_METADATA_DISABLED: 'true' });
  await expect.poll(async () => (await agent.status()).envoyState).toBe('LIVE');
  const status = await host.run('curl', '-s', '127.0.0.1:9902/status');
  expect(status).toContain(
    '"problem": "OTEL_METRICS_EXPORTER=cloudwatch: AWS_REGION has to name the region"',
  );
  await expect.poll(() => agent.output()).toContain('no telemetry passes through the agent');
});
