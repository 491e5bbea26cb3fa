import { awsDomain } from '../aws/domain.ts';
import { createRequestSigner } from '../aws/sign-request.ts';
import type { MetricsOutput } from '../metrics/metrics-output.ts';
import type { Parts } from '../parts.ts';
import type { MetricsSettings } from '../settings/metrics-settings.ts';
import { openOtlpMetrics } from './otlp-metrics.ts';

/**
 * Opens the output to CloudWatch's endpoint for metrics, which takes OTLP over HTTP with AWS's signature.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-OTLPEndpoint.html
 * @throws Error if there is no region
 */
export function openCloudWatchMetrics(
  { otlp, cloudWatchUrl, temporality }: MetricsSettings,
  region: string | undefined,
  parts: Parts,
): MetricsOutput {
  if (region === undefined)
    throw new Error('OTEL_METRICS_EXPORTER=cloudwatch: AWS_REGION has to name the region');
  const base = cloudWatchUrl ?? new URL(`https://monitoring.${region}.${awsDomain(region)}`);
  const settings = {
    ...otlp,
    url: new URL('/v1/metrics', base),
    protocol: 'http/protobuf' as const,
    gzip: true,
    // The variables of OTLP are about another receiver.
    headers: {},
    caFile: undefined,
    certFile: undefined,
    keyFile: undefined,
  };
  const complete = createRequestSigner('monitoring', region);
  return openOtlpMetrics(temporality, { settings, name: 'cloudwatch', complete }, parts);
}
