import { XRayClient } from '@aws-sdk/client-xray';
import { awsCredentials } from '../../../common/aws-credentials.ts';
import { ensureHome } from '../aws/ensure-home.ts';
import type { Parts } from '../parts.ts';
import type { TraceOutput } from '../traces/trace-output.ts';
import { openXRayTraces } from './xray-traces.ts';

/**
 * Opens X-Ray's API in a region. `endpoint` replaces AWS's own. Credentials come from where AWS's SDK looks: variables, the task, the
 * instance.
 * @throws Error if there is no region
 */
export function openXRayApi(
  region: string | undefined,
  endpoint: string | undefined,
  parts: Parts,
): TraceOutput {
  if (region === undefined) throw new Error('OTEL_TRACES_EXPORTER=xray: AWS_REGION has to name the region');
  ensureHome();
  const client = new XRayClient({
    region,
    credentials: awsCredentials(region),
    // The queue tries again.
    maxAttempts: 1,
    ...(endpoint === undefined ? {} : { endpoint }),
  });
  return openXRayTraces(client, region, parts);
}
