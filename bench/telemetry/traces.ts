// Measures the cost of traces: what each tracer adds to a request through one proxy, and how many segments of X-Ray the agent takes per second.
import { Agent } from 'node:http';
import { join } from 'node:path';
import { appMeshClient, createColorModel, hostnameOf, MESH, PORT } from '../../demo/color-model.ts';
import type { Status } from '../../agent/status/status.ts';
import { startOtlpReceiver, type OtlpReceiver } from '../../agent/telemetry/testing/otlp-receiver.ts';
import { startControlPlane, type ControlPlane } from '../../test/lab/programs/control-plane.ts';
import { openEnvoyAdmin, type EnvoyAdmin } from '../../test/lab/clients/envoy-admin.ts';
import type { Host } from '../../test/lab/host.ts';
import { request } from '../../test/lab/clients/http.ts';
import { createLab } from '../../test/lab/lab.ts';
import { openLoopback } from '../../test/lab/net/loopback.ts';
import type { Program } from '../../test/lab/programs/program.ts';
import { startAgent, writeRules } from '../../test/lab/programs/sidecar.ts';
import { stage, type Stage } from '../../test/lab/stage.ts';
import { until } from '../../test/lab/until.ts';
import { BenchUsageError, type BenchRow, type RunBench } from '../figures/bench.ts';
import { cpuMs, residentKb } from '../push/process-cost.ts';
import { percentile } from '../figures/percentile.ts';

const REQUESTS = 4000;
const WARM_UP = 500;
const SEGMENTS = 200_000;
const NODE = 'colorteller-vn';
const STATUS_PORT = 9902;

type Way = { readonly name: string; readonly env: Readonly<Record<string, string>> };

const XRAY = { ENABLE_ENVOY_XRAY_TRACING: '1', XRAY_SAMPLING_RATE: '1' };

/** Each records every request. */
const ways = (otlp: string): readonly Way[] => [
  { name: 'no tracer', env: {} },
  { name: "X-Ray's tracer alone", env: { ...XRAY, OTEL_PROPAGATORS: 'xray' } },
  { name: "X-Ray's tracer, W3C's headers too", env: XRAY },
  { name: "X-Ray's tracer, through the agent to OTLP", env: { ...XRAY, ...to(otlp) } },
  { name: "OpenTelemetry's tracer alone, straight to OTLP", env: { ...to(otlp), OTEL_PROPAGATORS: 'none' } },
  { name: "OpenTelemetry's tracer, X-Ray's header too", env: to(otlp) },
  {
    name: "OpenTelemetry's tracer, through the agent to OTLP",
    env: { ...to(otlp), OTEL_EXPORTER_OTLP_HEADERS: 'a=b' },
  },
  { name: 'the same, and the access log', env: { ...to(otlp), OTEL_LOGS_EXPORTER: 'otlp' } },
];

const to = (otlp: string) => ({
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${otlp}/v1/traces`,
  OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: `${otlp}/v1/logs`,
});

/** One round each; the argument is the number of requests. */
export const run: RunBench = async ({ args: [wanted = `${REQUESTS}`], say }) => {
  const requests = Number(wanted);
  if (!/^[1-9]\d{0,6}$/.test(wanted))
    throw new BenchUsageError(`${wanted} requests: it has to be a whole number`);
  const lab = await createLab({ name: 'bench' });
  const receiver = await startOtlpReceiver(0, lab.address);
  try {
    const programs = await stage(lab);
    const controlPlane = await startControlPlane(await lab.host('control'), programs);
    const client = appMeshClient(controlPlane.endpoint);
    await createColorModel(client, { [NODE]: 1 });
    client.destroy();
    const host = await lab.host('teller', { dns: [hostnameOf(NODE)] });
    const app = join(import.meta.dirname, '../../demo/apps/colorteller.ts');
    await host.spawn('app', process.execPath, [app], { env: { COLOR: 'white' } }).line(/./);
    await writeRules(host, programs, `${PORT}`);
    const admin = await openEnvoyAdmin(host);
    const loopback = await openLoopback(host, STATUS_PORT);
    const status = async () => {
      const { body } = await request('http://localhost/status', { socketPath: loopback.socketPath });
      return JSON.parse(body) as Status;
    };
    const scene = { host, programs, controlPlane, receiver, admin, status };
    const rows: BenchRow[] = [];
    for (const way of ways(receiver.url)) {
      say(way.name);
      rows.push(...(await costOf(way, scene, requests)));
    }
    say(`${SEGMENTS} segments`);
    return { rows: [...rows, ...(await segments(scene))], notes: NOTES };
  } finally {
    await lab.close();
    await receiver[Symbol.asyncDispose]();
  }
};

const NOTES = [
  'One keep-alive connection from the test process to the ingress listener of a virtual node, one request after the other, every request recorded.',
];

type Scene = {
  readonly host: Host;
  readonly programs: Stage;
  readonly controlPlane: ControlPlane;
  readonly receiver: OtlpReceiver;
  readonly admin: EnvoyAdmin;
  readonly status: () => Promise<Status>;
};

async function withAgent<T>(
  { host, programs, controlPlane, admin }: Scene,
  env: Readonly<Record<string, string>>,
  use: (agent: Program) => Promise<T>,
): Promise<T> {
  const resource = `mesh/${MESH}/virtualNode/${NODE}`;
  const sidecar = {
    resource,
    xds: controlPlane.xds,
    appPorts: `${PORT}`,
    env: { ENVOY_CONCURRENCY: '1', ...env },
  };
  const agent = startAgent(host, programs, sidecar);
  try {
    await until('LIVE', async () => await admin.ready(), { limitMs: 300_000 });
    return await use(agent);
  } finally {
    agent.kill('SIGKILL');
    await agent.ended;
  }
}

function costOf({ name, env }: Way, scene: Scene, requests: number): Promise<readonly BenchRow[]> {
  return withAgent(scene, env, async (agent) => {
    const url = `http://${scene.host.address}:${PORT}/`;
    const connections = new Agent({ keepAlive: true, maxSockets: 1 });
    const ask = async () => {
      const before = performance.now();
      const { status: code } = await request(url, { agent: connections });
      if (code !== 200) throw new Error(`${url} answers ${code}`);
      return (performance.now() - before) * 1000;
    };
    for (let at = 0; at < WARM_UP; at += 1) await ask();
    const envoy = Number((await scene.status()).envoyPid);
    const before = { agent: await cpuMs(agent.pid), envoy: await cpuMs(envoy) };
    const times: number[] = [];
    for (let at = 0; at < requests; at += 1) times.push(await ask());
    const cpu = async (pid: number, from: number) => ((await cpuMs(pid)) - from) * (1000 / requests);
    const row = (what: string, unit: string, ours: number) => ({ what: `${name}: ${what}`, unit, ours });
    connections.destroy();
    return [
      row('latency, p50', 'µs', percentile(times, 0.5)),
      row('CPU of Envoy per request', 'µs', await cpu(envoy, before.envoy)),
      row('CPU of the agent per request', 'µs', await cpu(agent.pid, before.agent)),
      row('memory of the agent', 'MB', (await residentKb(agent.pid)) / 1000),
    ];
  });
}

const SENDER = `
const socket = require('node:dgram').createSocket('udp4');
const [, count] = process.argv;
const text = (at) => '{"format":"json","version":1}\\n' + JSON.stringify({
  name: 'bench', id: at.toString(16).padStart(16, '0'), trace_id: '1-67891233-' + at.toString(16).padStart(24, '0'),
  start_time: 1795981488.5, end_time: 1795981488.6, http: { request: { method: 'GET', url: 'http://bench/' + at },
  response: { status: 200 } }, annotations: { component: 'proxy', upstream_cluster: 'white', direction: 'ingress' } });
let sent = 0;
(function next() {
  for (let at = 0; at < 50 && sent < count; at++) socket.send(text(sent++), 2000, '127.0.0.1');
  if (sent < count) setImmediate(next); else setTimeout(() => { console.log('sent'); process.exit(); }, 200);
})();
`;

async function segments(scene: Scene): Promise<readonly BenchRow[]> {
  const env = { ...XRAY, ...to(scene.receiver.url), DAYBREAK_TELEMETRY_QUEUE_MIB: '64' };
  return await withAgent(scene, env, async (agent) => {
    const telemetry = async () => {
      const { inputs = [], outputs = [] } = (await scene.status()).daybreak.telemetry ?? {};
      return { input: inputs.find(({ input }) => input.startsWith('xray')), output: outputs[0] };
    };
    const before = await cpuMs(agent.pid);
    const start = performance.now();
    const sender = scene.host.spawn('sender', process.execPath, ['-e', SENDER, `${SEGMENTS}`]);
    await sender.line(/^sent$/, 600_000);
    await until('all sent on', async () => (await telemetry()).output?.waiting === 0, { limitMs: 600_000 });
    const seconds = (performance.now() - start) / 1000;
    const { input, output } = await telemetry();
    const received = input?.received ?? 0;
    return [
      { what: 'segments that the agent took', unit: '', ours: received },
      { what: 'segments that the kernel dropped', unit: '', ours: SEGMENTS - received },
      { what: 'spans that the receiver took', unit: '', ours: output?.sent ?? 0 },
      { what: 'segments per second', unit: '1/s', ours: received / seconds },
      {
        what: 'CPU of the agent per segment',
        unit: 'µs',
        ours: (((await cpuMs(agent.pid)) - before) * 1000) / received,
      },
      { what: 'memory of the agent after them', unit: 'MB', ours: (await residentKb(agent.pid)) / 1000 },
    ];
  });
}
