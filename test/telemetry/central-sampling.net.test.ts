import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ANY_CREDENTIALS } from '../../controlplane/discovery/testing/cloud-map.ts';
import { ENVOYS } from '../../controlplane/translate/testing/real-envoy.ts';
import { backends, inputsOf, on } from '../behaviour/testing/inputs.ts';
import { openScene, type Scene } from '../behaviour/testing/scene.ts';
import { contextsOf, SPAN, TRACE } from './testing/contexts.ts';

// X-Ray's sampling rules reach OpenTelemetry's tracer of a running Envoy. moto has no sampling rules, so a server has one that the test changes.

const PORT = 7001;
const is = inputsOf('m');
const inputs = [
  is.mesh(),
  is.node('server', { listeners: [on(PORT, 'http')], serviceDiscovery: { dns: { hostname: 'server' } } }),
  is.service('server.local', { node: 'server' }),
  is.node('client', { backends: backends(['server.local']) }),
];

describe.each(ENVOYS)('%s', (variable) => {
  let scene: Scene<'server' | 'client'>;
  let rules: Server;
  let rate = 0;
  const signatures: string[] = [];

  beforeAll(async () => {
    rules = createServer((request, response) => {
      request.resume();
      signatures.push(request.headers.authorization ?? '');
      const pattern = { ServiceType: '*', Host: '*', HTTPMethod: '*', URLPath: '*', ResourceARN: '*' };
      const rule = { ...pattern, RuleName: 'all', Priority: 1, FixedRate: rate, ReservoirSize: 0 };
      const SamplingRule = { ...rule, ServiceName: 'client' };
      response.end(JSON.stringify({ SamplingRuleRecords: [{ SamplingRule }] }));
    }).listen(0);
    await once(rules, 'listening');
    const { port } = rules.address() as AddressInfo;
    scene = await openScene('central-sampling', variable, {
      inputs: () => inputs,
      controlPlane: (lab) => {
        address = lab.address;
        return Promise.resolve(undefined);
      },
      hosts: {
        server: {
          dns: ['server.local'],
          app: { raw: [PORT] },
          resource: 'mesh/m/virtualNode/server',
          appPorts: [PORT],
        },
        client: {
          resource: 'mesh/m/virtualNode/client',
          get env() {
            return {
              OTEL_TRACES_EXPORTER: 'otlp',
              OTEL_TRACES_SAMPLER: 'xray',
              AWS_ENDPOINT_URL_XRAY: `http://${address}:${port}`,
              AWS_REGION: 'eu-west-1',
              AWS_ACCESS_KEY_ID: ANY_CREDENTIALS.accessKeyId,
              AWS_SECRET_ACCESS_KEY: ANY_CREDENTIALS.secretAccessKey,
            };
          },
        },
      },
    });
  });
  afterAll(async () => {
    await scene?.close();
    rules?.close();
    rules?.closeAllConnections();
  });

  let address = '';

  /** Returns how many of ten requests are sampled. */
  async function sampled(header = ''): Promise<number> {
    let count = 0;
    for (let at = 0; at < 10; at++) {
      const bytes = `GET /a HTTP/1.1\r\nHost: server.local\r\nConnection: close\r\n${header}\r\n`;
      const ask = { kind: 'raw', host: 'server.local', port: PORT, bytes } as const;
      const { body = '' } = await scene.actors.client.caller.ask(ask);
      if (contextsOf(body).tracecontext?.sampled === true) count += 1;
    }
    return count;
  }

  test('the rate follows the rules while Envoy runs', async () => {
    await expect.poll(() => sampled()).toBe(0);
    rate = 1;
    await expect.poll(() => sampled()).toBe(10);
    rate = 0;
    await expect.poll(() => sampled()).toBe(0);
    expect(signatures[0]).toMatch(/^AWS4-HMAC-SHA256 Credential=.*\/eu-west-1\/xray\/aws4_request/);
  });

  test('a request that its caller has sampled stays sampled, whatever the rate is', async () => {
    expect(await sampled(`traceparent: 00-${TRACE}-${SPAN}-01\r\n`)).toBe(10);
    const root = `Root=1-${TRACE.slice(0, 8)}-${TRACE.slice(8)}`;
    expect(await sampled(`x-amzn-trace-id: ${root};Parent=${SPAN};Sampled=1\r\n`)).toBe(10);
  });
});
