import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startColorMesh, type ColorMesh } from '../../demo/color-mesh.ts';
import type { ENVOYS } from '../../controlplane/translate/testing/real-envoy.ts';
import { request } from '../lab/clients/http.ts';
import { createLab, type Lab } from '../lab/lab.ts';
import { stage } from '../lab/stage.ts';
import { openOtlp, openXRay, openZipkin, type TraceReceiver } from './testing/receivers.ts';
import { chains } from './testing/spans.ts';

// The color application with each tracer: a request passes the gateway's proxy twice, in and out, and the teller's once.

const REQUESTS = 5;

const ZIPKIN = ({ address, port }: { address: string; port: number }) => ({
  ENABLE_ENVOY_JAEGER_TRACING: '1',
  JAEGER_TRACER_ADDRESS: address,
  JAEGER_TRACER_PORT: String(port),
  JAEGER_TRACER_VERSION: 'JSON',
});

type Case = {
  readonly envoy: (typeof ENVOYS)[number];
  readonly open: (address: string) => Promise<TraceReceiver>;
  /** Further variables of the tellers' agents, instead of the receiver's. */
  readonly tellers?: (env: Readonly<Record<string, string>>) => Readonly<Record<string, string>>;
};

const XRAY_TO_OTLP = { ENABLE_ENVOY_XRAY_TRACING: '1', XRAY_SAMPLING_RATE: '1' };

const CASES: Readonly<Record<string, Case>> = {
  "X-Ray's tracer, through the agent to X-Ray's API": { envoy: 'DAYBREAK_ENVOY', open: openXRay },
  "OpenTelemetry's tracer, straight to OTLP": { envoy: 'DAYBREAK_ENVOY_OLDEST', open: openOtlp },
  "OpenTelemetry's tracer, through the agent to Zipkin": {
    envoy: 'DAYBREAK_ENVOY',
    open: (address) =>
      openZipkin(address, ({ port }) => ({
        OTEL_TRACES_EXPORTER: 'zipkin',
        OTEL_EXPORTER_ZIPKIN_ENDPOINT: `http://${address}:${port}/api/v2/spans`,
      })),
  },
  "Zipkin's tracer, straight to Zipkin": {
    envoy: 'DAYBREAK_ENVOY',
    open: (address) => openZipkin(address, ZIPKIN),
  },
  "X-Ray's tracer at the gateway, OpenTelemetry's at the tellers, both to OTLP": {
    envoy: 'DAYBREAK_ENVOY_OLDEST',
    open: (address) => openOtlp(address, XRAY_TO_OTLP),
    tellers: (env) => ({
      ...env,
      ENABLE_ENVOY_XRAY_TRACING: '0',
      OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
    }),
  },
};

describe.each(Object.entries(CASES))('%s', (_, { envoy, open, tellers }) => {
  let lab: Lab;
  let receiver: TraceReceiver;
  let mesh: ColorMesh;

  beforeAll(async () => {
    lab = await createLab({ name: 'color-traces' });
    receiver = await open(lab.address);
    const { env } = receiver;
    const programs = await stage(lab, process.env[envoy]);
    mesh = await startColorMesh(lab, programs, { 'colorteller-vn': 1 }, undefined, (node) =>
      node.startsWith('colorteller') ? (tellers?.(env) ?? env) : env,
    );
  });
  afterAll(async () => {
    await lab?.close();
    await receiver?.close();
  });

  test('each request is one trace, from the gateway to the teller', async () => {
    const traces = Array.from({ length: REQUESTS }, (__, at) => `6789${at}233abcdef012345678912345678`);
    for (const trace of traces) {
      const traceparent = `00-${trace}-463ac35c9f6413ad-01`;
      const b3 = { 'x-b3-traceid': trace, 'x-b3-spanid': '463ac35c9f6413ad', 'x-b3-sampled': '1' };
      const { status } = await request(mesh.url, { headers: { traceparent, ...b3 } });
      expect(status).toBe(200);
    }
    const seen = async () => {
      const all = await receiver.spans();
      return chains(all.filter(({ trace }) => traces.includes(trace)));
    };
    await expect.poll(async () => (await seen()).map(({ length }) => length)).toEqual(traces.map(() => 3));
    for (const [inbound, outbound, teller] of await seen()) {
      expect(inbound?.parent).toBe('463ac35c9f6413ad');
      expect(outbound?.service).toBe(inbound?.service);
      expect(inbound?.service).toContain('colorgateway-vn');
      expect(teller?.service).toContain('colorteller-vn');
    }
  });
});
