import { create } from '@bufbuild/protobuf';
import { countPoints } from '../metrics/count-points.ts';
import type { MetricsOutput } from '../metrics/metrics-output.ts';
import { splitMetrics } from '../metrics/split-metrics.ts';
import { ExportMetricsServiceRequestSchema } from '../otlp/generated/opentelemetry/proto/collector/metrics/v1/metrics_service_pb.ts';
import { createOtlpOutput, type OtlpOutputOptions } from '../otlp/otlp-output.ts';
import type { Parts } from '../parts.ts';

/** Data points of a request: of Envoy's statistics, less than a mebibyte. */
const MOST_POINTS = 2000;

/** Opens an output of metrics by OTLP. */
export async function openOtlpMetrics(
  temporality: MetricsOutput['temporality'],
  options: Pick<OtlpOutputOptions, 'settings' | 'name' | 'complete'>,
  { mostBytes, onState, log }: Parts,
): Promise<MetricsOutput> {
  const output = await createOtlpOutput('metrics', { ...options, mostBytes, onState, log });
  return {
    temporality,
    push(resourceMetrics) {
      for (const part of splitMetrics(resourceMetrics, MOST_POINTS)) {
        const request = create(ExportMetricsServiceRequestSchema, { resourceMetrics: [...part] });
        output.push(request, countPoints(part));
      }
    },
    status: output.status,
    close: output.close,
  };
}
