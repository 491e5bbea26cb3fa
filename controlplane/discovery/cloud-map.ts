import type { ServiceDiscoveryClient } from '@aws-sdk/client-servicediscovery';
import type { Instance } from '../translate/external-inputs.ts';
import { awsCredentials } from '../../common/aws-credentials.ts';
import { instancesOf } from './instance.ts';

/** A client of AWS Cloud Map. `instances` returns all instances of a service, healthy or not. Rejects with the SDK's errors. */
export type CloudMap = {
  readonly instances: (
    namespace: string,
    service: string,
    signal: AbortSignal,
  ) => Promise<readonly Instance[]>;
  readonly close: () => void;
};

/** The largest answer; there is no second page. Cloud Map's quota of instances per service is the same. */
const MOST = 1000;

/**
 * Creates a client of AWS Cloud Map. The SDK is loaded with the first request. DiscoverInstancesRevision, which would make polls
 * cheaper, is of no use: it does not report changes of health.
 */
export function createCloudMap(region: string, endpoint: string | undefined): CloudMap {
  const load = async () => {
    const { ServiceDiscoveryClient, DiscoverInstancesCommand } = await import(
      '@aws-sdk/client-servicediscovery'
    );
    const client = new ServiceDiscoveryClient({
      region,
      credentials: awsCredentials(region),
      // The caller retries.
      maxAttempts: 1,
      // AWS's data plane has its own host prefix, `data-…`; a configured endpoint is used without it.
      ...(endpoint === undefined ? {} : { endpoint, disableHostPrefix: true }),
    });
    loaded = client;
    return { client, DiscoverInstancesCommand };
  };
  let loading: ReturnType<typeof load> | undefined;
  let loaded: ServiceDiscoveryClient | undefined;
  return {
    async instances(NamespaceName, ServiceName, abortSignal) {
      loading ??= load();
      const { client, DiscoverInstancesCommand } = await loading;
      const input = { NamespaceName, ServiceName, HealthStatus: 'ALL', MaxResults: MOST } as const;
      const { Instances = [] } = await client.send(new DiscoverInstancesCommand(input), { abortSignal });
      return instancesOf(Instances);
    },
    close: () => loaded?.destroy(),
  };
}
