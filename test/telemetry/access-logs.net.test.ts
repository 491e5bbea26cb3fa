import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startOtlpReceiver, type OtlpReceiver } from '../../agent/telemetry/testing/otlp-receiver.ts';
import { ENVOYS } from '../../controlplane/translate/testing/real-envoy.ts';
import { backends, inputsOf, on } from '../behaviour/testing/inputs.ts';
import { openScene, type Scene } from '../behaviour/testing/scene.ts';
import { SPAN, TRACE } from './testing/contexts.ts';

// The log, the span and the statistics of one request, joined by the ids of its trace and of its proxy. The client's Envoy has X-Ray's tracer,
// the server's has OpenTelemetry's.

const PORT = 7001;
const is = inputsOf('m');
const format = { text: '%REQ(:METHOD)% took %DURATION%\n' };
const inputs = [
  is.mesh(),
  is.node('server', {
    listeners: [on(PORT, 'http')],
    serviceDiscovery: { dns: { hostname: 'server' } },
    logging: { accessLog: { file: { path: '/dev/stdout', format } } },
  }),
  is.service('server.local', { node: 'server' }),
  is.node('client', { backends: backends(['server.local']) }),
];

describe.each(ENVOYS)('%s', (variable) => {
  let scene: Scene<'server' | 'client'>;
  let receiver: OtlpReceiver;
  const env: Record<string, string> = {};

  beforeAll(async () => {
    scene = await openScene('access-logs', variable, {
      inputs: () => inputs,
      async controlPlane(lab) {
        receiver = await startOtlpReceiver(0, lab.address);
        Object.assign(env, {
          OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
          OTEL_LOGS_EXPORTER: 'otlp',
          OTEL_METRIC_EXPORT_INTERVAL: '500',
          ENVOY_STATS_FLUSH_INTERVAL: '1s',
        });
        return undefined;
      },
      hosts: {
        server: {
          dns: ['server.local'],
          app: { raw: [PORT] },
          resource: 'mesh/m/virtualNode/server',
          appPorts: [PORT],
          env,
        },
        client: {
          resource: 'mesh/m/virtualNode/client',
          get env() {
            return { ...env, ENABLE_ENVOY_XRAY_TRACING: '1', XRAY_SAMPLING_RATE: '1' };
          },
        },
      },
    });
  });
  afterAll(async () => {
    await scene?.close();
    await receiver?.[Symbol.asyncDispose]();
  });

  test("a request's log, span and statistics have common ids at both proxies", async () => {
    const head = `GET /orders/7 HTTP/1.1\r\nHost: server.local\r\nConnection: close\r\ntraceparent: 00-${TRACE}-${SPAN}-01\r\n`;
    const bytes = `${head}x-request-id: 11111111-2222-9333-8444-555555555555\r\n\r\n`;
    await scene.actors.client.caller.ask({ kind: 'raw', host: 'server.local', port: PORT, bytes });
    const records = () => receiver.records().filter(({ trace }) => trace === TRACE);
    const spans = () => receiver.spans().filter(({ trace }) => trace === TRACE);
    // Each once: agents and Envoys send them again if this process was slow to answer.
    const different = (all: readonly object[]) => new Set(all.map((each) => JSON.stringify(each))).size;
    await expect.poll(() => different(records())).toBe(2);
    await expect.poll(() => different(spans())).toBe(2);
    for (const node of ['client', 'server']) {
      const record = records().find(({ resource }) => resource['daybreak.virtual_node'] === node);
      expect(record?.attributes).toMatchObject({
        'http.request.method': 'GET',
        'url.path': '/orders/7',
        'http.response.status_code': '200',
        'envoy.request_id': '11111111-2222-9333-8444-555555555555',
      });
      const instance = record?.resource['service.instance.id'];
      expect(instance).toMatch(/^[0-9a-f-]{36}$/);
      expect(spans().some(({ resource }) => resource['service.instance.id'] === instance)).toBe(true);
      await expect
        .poll(() =>
          receiver.received.some(
            ({ path, body }) => path.endsWith('metrics') && body.includes(String(instance)),
          ),
        )
        .toBe(true);
    }
    const [atServer] = records().filter(({ resource }) => resource['daybreak.virtual_node'] === 'server');
    expect(atServer?.body).toMatch(/^GET took \d+$/);
  });

  test('the log of the model goes on beside it', async () => {
    await scene.actors.server.agent().line(/GET took \d+/);
  });
});
