import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ENVOYS } from '../../controlplane/translate/testing/real-envoy.ts';
import { backends, inputsOf, on } from '../behaviour/testing/inputs.ts';
import { openScene, type Scene } from '../behaviour/testing/scene.ts';
import { contextsOf, HEADERS, SPAN, TRACE } from './testing/contexts.ts';

// A mesh half-way between tracers: the client's and the gateway's Envoys have X-Ray's tracer, the server's has Datadog's, which speaks W3C Trace
// Context. The server's application sees what every hop has made of a caller's headers.

const PORT = 7001;
const is = inputsOf('m');

const inputs = [
  is.mesh(),
  is.node('server', { listeners: [on(PORT, 'http')], serviceDiscovery: { dns: { hostname: 'server' } } }),
  is.service('server.local', { node: 'server' }),
  is.node('client', { backends: backends(['server.local']) }),
  is.gateway('gateway', { listeners: [{ portMapping: { port: PORT, protocol: 'http' } }] }),
  is.gatewayRoute('gateway', 'all', {
    httpRoute: {
      match: { prefix: '/' },
      action: { target: { virtualService: { virtualServiceName: 'server.local' } } },
    },
  }),
];

const XRAY = { ENABLE_ENVOY_XRAY_TRACING: '1', XRAY_SAMPLING_RATE: '1' };
const FORMATS = { OTEL_PROPAGATORS: 'xray,tracecontext,b3' };

const WAYS = {
  'from sidecar to sidecar': { from: 'client', host: 'server.local' },
  'through a gateway': { from: 'outside', host: 'door.local' },
} as const;

describe.each(ENVOYS)('%s', (variable) => {
  let scene: Scene<'server' | 'client' | 'gateway' | 'outside'>;

  beforeAll(async () => {
    scene = await openScene('trace-context', variable, {
      inputs: () => inputs,
      hosts: {
        server: {
          dns: ['server.local'],
          app: { raw: [PORT] },
          resource: 'mesh/m/virtualNode/server',
          appPorts: [PORT],
          env: { ENABLE_ENVOY_DATADOG_TRACING: '1', ...FORMATS },
        },
        client: { resource: 'mesh/m/virtualNode/client', env: { ...XRAY, ...FORMATS } },
        gateway: {
          dns: ['door.local'],
          resource: 'mesh/m/virtualGateway/gateway',
          env: { ...XRAY, ...FORMATS },
        },
        outside: {},
      },
    });
  });
  afterAll(() => scene?.close());

  async function seen(way: keyof typeof WAYS, headers: Readonly<Record<string, string>>) {
    const { from, host } = WAYS[way];
    const lines = Object.entries({ Host: host, Connection: 'close', ...headers });
    const bytes = `GET /a HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`;
    const answer = await scene.actors[from].caller.ask({ kind: 'raw', host, port: PORT, bytes });
    return contextsOf(answer.body ?? '');
  }

  describe.each(['from sidecar to sidecar', 'through a gateway'] as const)('%s', (way) => {
    test('a request without a trace gets one, the same in each format', async () => {
      const { tracecontext, xray, b3 } = await seen(way, {});
      expect(tracecontext?.trace).toMatch(/^[0-9a-f]{32}$/);
      expect(xray).toEqual(tracecontext);
      expect(b3).toEqual(tracecontext);
    });

    test.each(Object.entries(HEADERS))('%s: the trace goes on, in each format', async (_, {
      headers,
      sampled,
    }) => {
      const { tracecontext, xray, b3 } = await seen(way, headers);
      expect(tracecontext).toMatchObject({ trace: TRACE, sampled });
      // Every hop has a span of its own.
      expect(tracecontext?.span).not.toBe(SPAN);
      expect(xray).toEqual(tracecontext);
      expect(b3).toEqual(tracecontext);
    });

    test("a load balancer's header without a parent is a trace for X-Ray's tracer alone", async () => {
      const { tracecontext, xray } = await seen(way, {
        'x-amzn-trace-id': `Root=1-${TRACE.slice(0, 8)}-${TRACE.slice(8)}`,
      });
      expect(xray).toMatchObject({ trace: TRACE });
      expect(tracecontext).toEqual(xray);
    });

    test('two headers with different traces: the one of the first tracer wins, and the other follows', async () => {
      const other = '11111111222222222222222222222222';
      const { tracecontext, xray } = await seen(way, {
        traceparent: `00-${other}-${SPAN}-01`,
        'x-amzn-trace-id': `Root=1-${TRACE.slice(0, 8)}-${TRACE.slice(8)};Parent=${SPAN};Sampled=1`,
      });
      expect(xray).toMatchObject({ trace: TRACE });
      expect(tracecontext).toEqual(xray);
    });
  });
});
