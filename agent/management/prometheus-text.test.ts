import { expect, test } from 'vitest';
import { extensionMetrics, familiesText } from './prometheus-text.ts';
import { createStatsDelta } from './stats-delta.ts';

/** Statistics as Envoy writes them: of the metrics extension, and others. */
const TEXT = String.raw`# TYPE envoy_server_live gauge
envoy_server_live{} 1
# TYPE envoy_appmesh_RequestCount counter
envoy_appmesh_RequestCount{Mesh="m",VirtualNode="b"} 1234567
envoy_appmesh_RequestCount{Mesh="m",VirtualNode="a\"}, \\"} 2

# TYPE envoy_appmesh_ActiveConnectionCount gauge
envoy_appmesh_ActiveConnectionCount{} 3
# TYPE envoy_appmesh_TargetResponseTime histogram
envoy_appmesh_TargetResponseTime_bucket{Mesh="m",le="0.5"} 1
envoy_appmesh_TargetResponseTime_bucket{Mesh="m",le="+Inf"} 2
envoy_appmesh_TargetResponseTime_sum{Mesh="m"} 7.5
envoy_appmesh_TargetResponseTime_count{Mesh="m"} 2
`;

test("filters the metrics extension's metrics, renames and sorts them, with an empty line before each family", () => {
  expect(familiesText(extensionMetrics(TEXT))).toBe(String.raw`
# TYPE ActiveConnectionCount gauge
ActiveConnectionCount 3

# TYPE RequestCount counter
RequestCount{Mesh="m",VirtualNode="a\"}, \\"} 2
RequestCount{Mesh="m",VirtualNode="b"} 1234567

# TYPE TargetResponseTime histogram
TargetResponseTime_bucket{Mesh="m",le="0.5"} 1
TargetResponseTime_bucket{Mesh="m",le="+Inf"} 2
TargetResponseTime_sum{Mesh="m"} 7.5
TargetResponseTime_count{Mesh="m"} 2
`);
});

test.each([
  '',
  '# TYPE envoy_server_live gauge\nenvoy_server_live{} 1\n',
  '# TYPE envoy_appmesh_a counter\n',
])('without such metrics, the text is empty: %j', (text) =>
  expect(familiesText(extensionMetrics(text))).toBe(''));

test.each([
  'envoy_appmesh_a{b="c" 1',
  'envoy_appmesh_a{} 1 2',
  'envoy_appmesh_untyped{} 1',
])('rejects %j', (line) =>
  expect(() => extensionMetrics(`# TYPE envoy_appmesh_a counter\n${line}\n`)).toThrow(
    /is malformed|has no type/,
  ));

const counted = (requests: number, active: number, time: number) =>
  extensionMetrics(
    [
      '# TYPE envoy_appmesh_R counter',
      `envoy_appmesh_R{a="1"} ${requests}`,
      '# TYPE envoy_appmesh_A gauge',
      `envoy_appmesh_A{} ${active}`,
      '# TYPE envoy_appmesh_T histogram',
      `envoy_appmesh_T_bucket{le="1"} ${time}`,
      `envoy_appmesh_T_sum{} ${time}`,
      `envoy_appmesh_T_count{} ${time}`,
    ].join('\n'),
  );

test('delta: counters and histograms since the snapshot before, gauges as they are; the first snapshot whole', () => {
  const delta = createStatsDelta();
  expect(delta.delta()).toBeUndefined();
  delta.add(counted(10, 4, 3));
  expect(delta.delta()).toEqual(counted(10, 4, 3));
  delta.add(counted(17, 2, 8));
  expect(delta.delta()).toEqual(counted(7, 2, 5));
});

test('delta: after a restart of Envoy, and for a counter that began again, the whole value counts', () => {
  const delta = createStatsDelta();
  delta.add(counted(10, 4, 3));
  delta.reset();
  delta.add(counted(12, 4, 3));
  expect(delta.delta()).toEqual(counted(12, 4, 3));
  delta.add(counted(5, 4, 2));
  expect(delta.delta()).toEqual(counted(5, 4, 2));
});

test('delta: a metric with labels that were not there before counts whole', () => {
  const delta = createStatsDelta();
  const one = (label: string, value: number) =>
    extensionMetrics(`# TYPE envoy_appmesh_R counter\nenvoy_appmesh_R{a="${label}"} ${value}\n`);
  delta.add(one('1', 5));
  delta.add(one('2', 5));
  expect(delta.delta()).toEqual(one('2', 5));
});
