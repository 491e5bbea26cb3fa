// Telemetry through the agent: packets, points, spans and segments a second, the CPU of Envoy and the agent for a flush of statistics, and the latency
// that each way of traces and the access log add to a request.
import { createSocket } from 'node:dgram';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { create, toBinary } from '@bufbuild/protobuf';
import { createGrpcSender } from '../../agent/telemetry/otlp/send-grpc.ts';
import { PATHS } from '../../agent/telemetry/otlp/grpc-services.ts';
import { REQUESTS } from '../../agent/telemetry/otlp/requests.ts';
import { startOtlpReceiver } from '../../agent/telemetry/testing/otlp-receiver.ts';
import { BenchUsageError, type Bench, type BenchOptions, type BenchRow } from '../figures/bench.ts';
import { cpuMs } from '../push/process-cost.ts';
import { bundleAgent, startMeasuredAgent } from './measured-agent.ts';
import { startStatisticsEnvoy, type Sink } from './statistics-envoy.ts';
import { run as runTraces } from './traces.ts';

const PACKETS = 100_000;
const POINTS = 2000;
const SPANS = 512;
/** Requests through each proxy of the benchmark `traces`. */
const PROXIED = '1000';
const REQUESTS_SENT = 50;
const PORTS = { statsd: 28_125, grpc: 24_317, http: 24_318 };
const FLUSHES = 10;

/** The bundled program, and its variables. */
type Agent = { readonly program: string; readonly env: Readonly<Record<string, string>> };

const ENV = {
  DAYBREAK_TELEMETRY_INPUTS: 'statsd,otlp',
  DAYBREAK_STATSD_PORT: String(PORTS.statsd),
  DAYBREAK_OTLP_GRPC_PORT: String(PORTS.grpc),
  DAYBREAK_OTLP_HTTP_PORT: String(PORTS.http),
  OTEL_METRIC_EXPORT_INTERVAL: '1000',
};

/** Runs each part once, with the agent's telemetry in a process of its own. */
export async function run(options: BenchOptions): Promise<Bench> {
  const { say } = options;
  const envoy = process.env['DAYBREAK_ENVOY'];
  if (envoy === undefined)
    throw new BenchUsageError('DAYBREAK_ENVOY has to name an Envoy: `npm run bench` sets it');
  const folder = mkdtempSync(join(tmpdir(), 'bench-telemetry-'));
  await using cleanup = new AsyncDisposableStack();
  cleanup.defer(() => rmSync(folder, { recursive: true }));
  await using receiver = await startOtlpReceiver();
  const env = { ...ENV, OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url };
  const agent = { program: await bundleAgent(folder), env };
  say(`${PACKETS} packets of StatsD, as fast as one process sends them`);
  const packets = await measurePackets(agent);
  say(`${REQUESTS_SENT} requests of OTLP with ${POINTS} points each`);
  const points = await measureOtlp(agent, 'points', POINTS, 'metrics', someMetrics());
  say(`${REQUESTS_SENT} requests of OTLP with ${SPANS} spans each`);
  const spans = await measureOtlp(agent, 'spans', SPANS, 'traces', someSpans());
  say(`an Envoy with some thousand statistics, which sends them each second, ${FLUSHES} times`);
  const sinks = await measureSinks(envoy, agent);
  const traces = await runTraces({ ...options, args: [PROXIED] });
  const rows = [...packets, ...points, ...spans, ...sinks, ...traces.rows];
  const notes = [
    ...(traces.notes ?? []),
    'Packets that the kernel dropped because the socket was full are not among those taken; the agent counts them.',
    "The figure after the semicolon is that of the peer. Envoy's CPU is the difference to an Envoy with the same statistics and no sink.",
  ];
  return { rows, notes };
}

async function measurePackets({ program, env }: Agent): Promise<readonly BenchRow[]> {
  await using agent = await startMeasuredAgent(program, env);
  const before = await agent.measure();
  const socket = createSocket({ type: 'udp4', sendBufferSize: 4 * 1024 * 1024 });
  const begin = performance.now();
  for (let sent = 0; sent < PACKETS; sent += 1000) {
    const all = Array.from({ length: 1000 }, (_, index) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      socket.send(`orders.total:1|c|#shard:${index % 100}`, PORTS.statsd, '127.0.0.1', () => resolve());
      return promise;
    });
    await Promise.all(all);
  }
  const seconds = (performance.now() - begin) / 1000;
  socket.close();
  // The agent looks at the kernel's count every five seconds.
  await delay(6000);
  const after = await agent.measure();
  const input = after.inputs.find((each) => each.input.startsWith('statsd'));
  const { received = 0, kernelDropped = 0 } = input ?? {};
  return [
    row('packets sent a second', '1/s', PACKETS / seconds),
    row('of these, taken', '%', (100 * received) / PACKETS),
    row('dropped by the kernel', '%', (100 * kernelDropped) / PACKETS),
    row('neither taken nor dropped by the kernel', 'packets', PACKETS - received - kernelDropped),
    row("the agent's CPU for a packet", 'µs', (1000 * (after.cpuMs - before.cpuMs)) / Math.max(1, received)),
    row('memory of the process, which is the telemetry of the agent alone', 'MB', after.rss / 1e6),
  ];
}

function someMetrics(): Uint8Array {
  const dataPoints = Array.from({ length: POINTS }, (_, index) => ({
    attributes: [{ key: 'shard', value: { value: { case: 'stringValue' as const, value: String(index) } } }],
    value: { case: 'asDouble' as const, value: index },
  }));
  const metrics = [{ name: 'orders', data: { case: 'gauge' as const, value: { dataPoints } } }];
  const resourceMetrics = [{ scopeMetrics: [{ metrics }] }];
  return toBinary(REQUESTS.metrics, create(REQUESTS.metrics, { resourceMetrics }));
}

function someSpans(): Uint8Array {
  const spans = Array.from({ length: SPANS }, (_, index) => ({
    traceId: Buffer.from(index.toString(16).padStart(32, '1'), 'hex'),
    spanId: Buffer.from(index.toString(16).padStart(16, '1'), 'hex'),
    name: `order ${index}`,
    attributes: [{ key: 'http.route', value: { value: { case: 'stringValue' as const, value: '/orders' } } }],
  }));
  return toBinary(REQUESTS.traces, create(REQUESTS.traces, { resourceSpans: [{ scopeSpans: [{ spans }] }] }));
}

/** Sends a request again and again over gRPC: the agent takes each before the next one, so nothing is lost. */
async function measureOtlp(
  { program, env }: Agent,
  items: string,
  count: number,
  signal: 'metrics' | 'traces',
  message: Uint8Array,
): Promise<readonly BenchRow[]> {
  await using agent = await startMeasuredAgent(program, env);
  const url = new URL(`http://127.0.0.1:${PORTS.grpc}`);
  const sender = createGrpcSender({ url, path: PATHS[signal], headers: {}, timeoutMs: 60_000 });
  const { signal: never } = new AbortController();
  await sender.send(message, false, never);
  const before = await agent.measure();
  const begin = performance.now();
  for (let sent = 0; sent < REQUESTS_SENT; sent += 1) await sender.send(message, false, never);
  const seconds = (performance.now() - begin) / 1000;
  const after = await agent.measure();
  sender.close();
  const all = count * REQUESTS_SENT;
  return [
    row(`${items} of OTLP taken and sent on a second`, '1/s', all / seconds),
    row(`the agent's CPU for one of the ${items}`, 'µs', (1000 * (after.cpuMs - before.cpuMs)) / all),
  ];
}

async function measureSinks(envoy: string, agent: Agent): Promise<readonly BenchRow[]> {
  const none = await measureSink(envoy, agent, undefined);
  const otlp = await measureSink(envoy, agent, { kind: 'otlp', port: PORTS.grpc });
  const dogStatsd = await measureSink(envoy, agent, { kind: 'dogstatsd', port: PORTS.statsd });
  const above = (cost: number, base: number) => Math.max(0, cost - base);
  return [
    row('statistics in a flush, by OTLP; by DogStatsD', '', otlp.items, dogStatsd.items),
    row(
      "Envoy's CPU for a flush by OTLP; by DogStatsD",
      'ms',
      above(otlp.envoyMs, none.envoyMs),
      above(dogStatsd.envoyMs, none.envoyMs),
    ),
    row(
      "the agent's CPU for a flush by OTLP; by DogStatsD",
      'ms',
      above(otlp.agentMs, none.agentMs),
      above(dogStatsd.agentMs, none.agentMs),
    ),
  ];
}

async function measureSink(envoy: string, { program, env }: Agent, sink: Sink | undefined) {
  await using agent = await startMeasuredAgent(program, env);
  const folder = mkdtempSync(join(tmpdir(), 'bench-telemetry-'));
  const child = startStatisticsEnvoy(envoy, folder, sink);
  try {
    // The first flushes have all that happened at the start.
    await delay(5000);
    const pid = child.pid ?? 0;
    const [envoyBefore, before] = [await cpuMs(pid), await agent.measure()];
    await delay(FLUSHES * 1000);
    const [envoyAfter, after] = [await cpuMs(pid), await agent.measure()];
    const received = (all: typeof after) => all.inputs.reduce((sum, each) => sum + each.received, 0);
    return {
      envoyMs: (envoyAfter - envoyBefore) / FLUSHES,
      agentMs: (after.cpuMs - before.cpuMs) / FLUSHES,
      items: (received(after) - received(before)) / FLUSHES,
    };
  } finally {
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true });
  }
}

function row(what: string, unit: string, ours: number, peer?: number): BenchRow {
  return { what, unit, ours, peer };
}
