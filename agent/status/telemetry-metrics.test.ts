import { expect, test } from 'vitest';
import { telemetryMetrics } from './telemetry-metrics.ts';

test('the counts of telemetry, with the drops of the kernel where it can drop', () => {
  const page = telemetryMetrics({
    inputs: [
      { input: 'statsd 127.0.0.1:8125', state: 'listening', received: 7, invalid: 2, kernelDropped: 42 },
      {
        input: 'otlp/grpc 127.0.0.1:4317',
        state: 'listening',
        received: 3,
        invalid: 0,
        kernelDropped: undefined,
      },
    ],
    outputs: [
      {
        output: 'otlp metrics http://c:4318/v1/metrics',
        state: 'failing',
        sent: 5,
        rejected: 1,
        dropped: 4,
        waiting: 9,
        waitingBytes: 100,
        lastError: undefined,
      },
    ],
    series: { count: 10, limit: 10, refused: 6, refusedNames: ['a'] },
  }).join('\n');
  const of = (name: string) =>
    page
      .split('\n')
      .filter(
        (line) =>
          line.startsWith(`daybreak_agent_telemetry_${name}{`) ||
          line.startsWith(`daybreak_agent_telemetry_${name} `),
      );
  expect(of('kernel_dropped_total')).toEqual([
    'daybreak_agent_telemetry_kernel_dropped_total{input="statsd 127.0.0.1:8125"} 42',
  ]);
  expect(of('received_total')).toHaveLength(2);
  const output = '{output="otlp metrics http://c:4318/v1/metrics"}';
  const values = { sent_total: 5, rejected_total: 1, dropped_total: 4, waiting: 9, failing: 1 };
  for (const [name, value] of Object.entries(values))
    expect(of(name)).toEqual([`daybreak_agent_telemetry_${name}${output} ${value}`]);
  expect(of('series')).toEqual(['daybreak_agent_telemetry_series 10']);
  expect(of('refused_values_total')).toEqual(['daybreak_agent_telemetry_refused_values_total 6']);
});
