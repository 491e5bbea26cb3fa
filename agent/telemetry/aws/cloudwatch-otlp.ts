import type { OtlpOutputOptions } from '../otlp/otlp-output.ts';
import type { OtlpSettings } from '../settings/otlp-settings.ts';
import { awsPartition } from '../../../common/aws-partition.ts';
import type { Signal } from '../settings/signal.ts';
import { createRequestSigner } from './sign-request.ts';

/** The services whose endpoints accept OTLP, by signal. */
const SERVICES = { metrics: 'monitoring', traces: 'xray', logs: 'logs' } as const;

/** The inputs of an endpoint. */
export type CloudWatchOptions = {
  readonly signal: Signal;
  /** Undefined: unknown, which is an error. */
  readonly region: string | undefined;
  /** A URL that replaces AWS's own. */
  readonly endpoint: string | undefined;
  /** The limit of a request is that of OTLP. */
  readonly otlp: OtlpSettings;
  readonly headers?: Readonly<Record<string, string>>;
};

/**
 * Returns the settings of AWS's endpoint for metrics (CloudWatch), traces (X-Ray) or logs (CloudWatch Logs), which accept OTLP over HTTP
 * with AWS's signature.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-OTLPEndpoint.html
 * @throws Error if there is no region
 */
export function cloudWatchOtlp({
  signal,
  region,
  endpoint,
  otlp,
  headers = {},
}: CloudWatchOptions): Pick<OtlpOutputOptions, 'settings' | 'name' | 'complete'> {
  if (region === undefined) {
    throw new Error(`OTEL_${signal.toUpperCase()}_EXPORTER=cloudwatch: AWS_REGION has to name the region`);
  }
  const service = SERVICES[signal];
  return {
    settings: {
      ...otlp,
      url: new URL(
        `/v1/${signal}`,
        endpoint ?? `https://${service}.${region}.${awsPartition(region).domain}`,
      ),
      protocol: 'http/protobuf',
      gzip: true,
      headers,
      // The variables of OTLP are for another receiver.
      caFile: undefined,
      certFile: undefined,
      keyFile: undefined,
    },
    name: 'cloudwatch',
    complete: createRequestSigner(service, region),
  };
}
