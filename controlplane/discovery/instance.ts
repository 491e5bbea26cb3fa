import { compareText } from '../../common/compare-text.ts';
import { isIPv4, isIPv6 } from 'node:net';
import type { HttpInstanceSummary } from '@aws-sdk/client-servicediscovery';
import type { Instance } from '../translate/external-inputs.ts';

/**
 * Returns the instances of an answer, sorted by id, because Cloud Map shuffles them. An attribute that should be an address or
 * a port and is not counts as absent.
 */
export function instancesOf(summaries: readonly HttpInstanceSummary[]): readonly Instance[] {
  return summaries.map(instanceOf).toSorted((a, b) => compareText(a.id, b.id));
}

function instanceOf({
  InstanceId: id = '',
  HealthStatus,
  Attributes: attributes = {},
}: HttpInstanceSummary): Instance {
  const ipv4 = attributes['AWS_INSTANCE_IPV4'] ?? '';
  const ipv6 = attributes['AWS_INSTANCE_IPV6'] ?? '';
  const port = portOf(attributes['AWS_INSTANCE_PORT']);
  return {
    id,
    ...(isIPv4(ipv4) ? { ipv4 } : {}),
    ...(isIPv6(ipv6) ? { ipv6 } : {}),
    ...(port === undefined ? {} : { port }),
    // UNKNOWN is the status of an instance without a health check.
    healthy: HealthStatus !== 'UNHEALTHY',
    attributes,
  };
}

function portOf(text = ''): number | undefined {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  return port >= 1 && port <= 65_535 ? port : undefined;
}
