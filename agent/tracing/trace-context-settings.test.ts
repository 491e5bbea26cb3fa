import { expect, test } from 'vitest';
import { parseTraceContext, traceContextText } from '../../common/contracts/trace-context.ts';
import { SettingsError } from '../../common/settings.ts';
import { readAgentSettings } from '../settings/settings.ts';

const NEEDED = {
  APPMESH_RESOURCE_ARN: 'mesh/apps/virtualNode/b',
  APPMESH_XDS_ENDPOINT: 'http://10.0.0.2:18000',
};
const XRAY = { ENABLE_ENVOY_XRAY_TRACING: '1' };
const DATADOG = { ENABLE_ENVOY_DATADOG_TRACING: '1' };
const ZIPKIN = { ENABLE_ENVOY_JAEGER_TRACING: '1' };

test.each([
  ['no tracer', { OTEL_PROPAGATORS: 'xray' }, undefined],
  ["X-Ray's, which OpenTelemetry's applications understand by default", XRAY, 'xray/tracecontext'],
  ["X-Ray's alone", { ...XRAY, OTEL_PROPAGATORS: 'xray' }, undefined],
  ["X-Ray's without conversion", { ...XRAY, OTEL_PROPAGATORS: 'none' }, undefined],
  [
    'all, in one order whatever the variable has',
    { ...XRAY, OTEL_PROPAGATORS: 'b3multi, b3,baggage,tracecontext' },
    'xray/tracecontext/b3/b3multi',
  ],
  [
    'formats of others are left out',
    { ...XRAY, OTEL_PROPAGATORS: 'jaeger,ottrace,tracecontext' },
    'xray/tracecontext',
  ],
  ["Datadog's, as in App Mesh", DATADOG, undefined],
  ["Datadog's with X-Ray", { ...DATADOG, OTEL_PROPAGATORS: 'tracecontext,xray' }, 'tracecontext/xray'],
  ["Zipkin's, as in App Mesh", ZIPKIN, undefined],
  ["Zipkin's with X-Ray and its own", { ...ZIPKIN, OTEL_PROPAGATORS: 'b3,xray' }, 'tracecontext/xray'],
  [
    "Zipkin's with W3C's, which it converts itself",
    { ...ZIPKIN, OTEL_PROPAGATORS: 'tracecontext' },
    'tracecontext',
  ],
])('%s', (_, env, text) => {
  const { traceContext } = readAgentSettings({ ...NEEDED, ...env });
  expect(traceContext && traceContextText(traceContext)).toBe(text);
});

test('an unknown format is an error with all known ones', () => {
  const read = () => readAgentSettings({ ...NEEDED, ...XRAY, OTEL_PROPAGATORS: 'xray,ottrce' });
  expect(read).toThrow(SettingsError);
  expect(read).toThrow(/tracecontext, xray, b3, b3multi, baggage, none \(got "ottrce"\)/);
});

test.each([
  '',
  'xray',
  'b3/xray',
  'xray/xray',
  'xray/b3/b3',
  'xray/nothing',
  'xray,b3',
])('%j is no trace context that a proxy may report', (text) => {
  expect(parseTraceContext(text)).toBeUndefined();
});
