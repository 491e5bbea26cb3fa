// The color application with Datadog's tracer in Envoy, into Datadog's own test agent. Needs root, DAYBREAK_ENVOY and the test agent
// (`pip install ddapm-test-agent`): `node test/long/telemetry/datadog-traces.ts --agent PATH`.
import { parseArgs } from 'node:util';
import { execa } from 'execa';
import { startColorMesh } from '../../../demo/color-mesh.ts';
import { freePort } from '../../lab/net/free-port.ts';
import { request } from '../../lab/clients/http.ts';
import { createLab } from '../../lab/lab.ts';
import { stage } from '../../lab/stage.ts';
import { until } from '../../lab/until.ts';
import { chains, type SeenSpan } from '../../telemetry/testing/spans.ts';

type DatadogSpan = {
  readonly trace_id: number;
  readonly span_id: number;
  readonly parent_id: number;
  readonly service: string;
};

const REQUESTS = 5;
/** The last 16 digits of the ids: Datadog's own format has 64 bits. */
const traces = Array.from({ length: REQUESTS }, (_, at) => `6789${at}233abcdef01000000000000010${at}`);

const { values } = parseArgs({ options: { agent: { type: 'string', default: 'ddapm-test-agent' } } });
const lab = await createLab({ name: 'datadog-traces' });
const port = await freePort();
const flags = ['--host', lab.address, '--port', `${port}`];
const agent = execa(values.agent, flags, { reject: false, stdin: 'ignore', buffer: false });
try {
  const env = {
    ENABLE_ENVOY_DATADOG_TRACING: '1',
    DATADOG_TRACER_ADDRESS: lab.address,
    DATADOG_TRACER_PORT: `${port}`,
    OTEL_PROPAGATORS: 'xray,tracecontext',
  };
  const mesh = await startColorMesh(lab, await stage(lab), { 'colorteller-vn': 1 }, undefined, () => env);
  for (const trace of traces) {
    const root = `Root=1-${trace.slice(0, 8)}-${trace.slice(8)}`;
    const headers = { 'x-amzn-trace-id': `${root};Parent=463ac35c9f6413ad;Sampled=1` };
    const { status } = await request(mesh.url, { headers });
    if (status !== 200) throw new Error(`${mesh.url} answers ${status}`);
  }
  const seen = async (): Promise<readonly SeenSpan[]> => {
    const { body } = await request(`http://${lab.address}:${port}/test/traces`);
    const spans = (JSON.parse(body) as readonly (readonly DatadogSpan[])[]).flat();
    return spans.map(({ trace_id: trace, span_id: id, parent_id: parent, service }) => ({
      trace: `${trace}`,
      id: `${id}`,
      parent: `${parent}`,
      service,
    }));
  };
  const wanted = new Set(traces.map((trace) => `${Number.parseInt(trace.slice(16), 16)}`));
  await until(
    'one trace a request, with three spans',
    async () => {
      const found = chains((await seen()).filter(({ trace }) => wanted.has(trace)));
      return found.length === REQUESTS && found.every(({ length }) => length === 3);
    },
    { limitMs: 60_000, everyMs: 500 },
  );
  process.stdout.write(
    `${REQUESTS} requests: one trace each, from the gateway to the teller, with the caller's ids\n`,
  );
} finally {
  await lab.close();
  agent.kill('SIGKILL');
  await agent;
}
