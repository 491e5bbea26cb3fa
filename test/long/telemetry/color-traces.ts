// The color application with each tracer, into the real receivers that are given: each request has to be one trace, from the gateway's proxy, which it
// passes in and out, to the teller's, with the ids of the caller. The collector also has to have as many requests in its metrics as were sent, and an access
// log whose records have the id of their trace. Needs root and DAYBREAK_ENVOY:
// `DAYBREAK_MOTO=… node test/long/telemetry/color-traces.ts [--otelcol FILE] [--xray-daemon FILE] [--zipkin JAR] [--datadog-agent FILE]`
// X-Ray's daemon needs moto, Zipkin needs Java, and Datadog's agent is its test agent (`pip install ddapm-test-agent`).
import { parseArgs } from 'node:util';
import { startColorMesh } from '../../../demo/color-mesh.ts';
import { describeFault } from '../../../common/process/faults.ts';
import { request } from '../../lab/clients/http.ts';
import { createLab } from '../../lab/lab.ts';
import { stage } from '../../lab/stage.ts';
import { until } from '../../lab/until.ts';
import { chains } from '../../telemetry/testing/spans.ts';
import { openCollector, openDatadog, openXRayDaemon, openZipkinServer } from './receivers/color-receivers.ts';
import { PATIENT } from './receivers/program.ts';

const RECEIVERS = {
  otelcol: openCollector,
  'xray-daemon': openXRayDaemon,
  zipkin: openZipkinServer,
  'datadog-agent': openDatadog,
};

const REQUESTS = 5;
const CALLER = '463ac35c9f6413ad';
/** The last 16 digits are small: Datadog's own format has 64 bits, as a number of JSON. */
const TRACES = Array.from({ length: REQUESTS }, (_, at) => `6789${at}233abcdef01000000000000010${at}`);

const option = { type: 'string' } as const;
const { values } = parseArgs({
  options: { otelcol: option, 'xray-daemon': option, zipkin: option, 'datadog-agent': option },
});

let failures = 0;
for (const [name, open] of Object.entries(RECEIVERS)) {
  const path = values[name as keyof typeof RECEIVERS];
  if (path === undefined) continue;
  try {
    process.stdout.write(`${name}: ${await tryReceiver(open, path)}\n`);
  } catch (error) {
    failures += 1;
    process.stdout.write(`NOT OK  ${name}: ${describeFault(error)}\n`);
  }
}
process.exitCode = failures === 0 ? 0 : 1;

async function tryReceiver(open: (typeof RECEIVERS)[keyof typeof RECEIVERS], path: string): Promise<string> {
  const lab = await createLab({ name: 'color-receivers' });
  await using cleanup = new AsyncDisposableStack();
  cleanup.defer(() => lab.close());
  const receiver = await open(path, lab.address);
  cleanup.defer(receiver.close);
  const programs = await stage(lab);
  const mesh = await startColorMesh(lab, programs, { 'colorteller-vn': 1 }, undefined, () => receiver.env);
  for (const trace of TRACES) {
    const { status } = await request(mesh.url, { headers: contextOf(trace) });
    if (status !== 200) throw new Error(`${mesh.url} answers ${status}`);
  }
  const wanted = new Map(TRACES.map((trace) => [trace.slice(-receiver.digits), trace]));
  let found: ReturnType<typeof chains> = [];
  await until(
    'one trace a request, with three spans',
    async () => {
      const spans = await receiver.spans();
      found = chains(spans.filter(({ trace }) => wanted.has(trace.slice(-receiver.digits))));
      return found.length === REQUESTS && found.every(({ length }) => length === 3);
    },
    PATIENT,
  );
  for (const [inbound, outbound, teller] of found) {
    const isWay =
      inbound?.service === outbound?.service &&
      /colorgateway-vn/.test(inbound?.service ?? '') &&
      /colorteller-vn/.test(teller?.service ?? '') &&
      inbound?.parent === receiver.idOf(CALLER);
    if (!isWay) throw new Error(JSON.stringify([inbound, outbound, teller]));
  }
  const more = await receiver.check?.(REQUESTS, TRACES);
  return [`${REQUESTS} requests, one trace each, with the caller's ids`, ...(more ?? [])].join('; ');
}

/** The same context in each format. */
function contextOf(trace: string): Readonly<Record<string, string>> {
  return {
    traceparent: `00-${trace}-${CALLER}-01`,
    'x-amzn-trace-id': `Root=1-${trace.slice(0, 8)}-${trace.slice(8)};Parent=${CALLER};Sampled=1`,
    'x-b3-traceid': trace,
    'x-b3-spanid': CALLER,
    'x-b3-sampled': '1',
  };
}
