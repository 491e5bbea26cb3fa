import type { ServiceDiscoveryClient } from '@aws-sdk/client-servicediscovery';
import type { Instance } from '../translate/external-inputs.ts';
import { awsCredentials } from './credentials.ts';
import { instancesOf } from './instance.ts';

/** Asks AWS Cloud Map for all instances of a service, healthy or not. Rejects with the SDK's errors. */
export type CloudMap = {
  readonly instances: (
    namespace: string,
    service: string,
    signal: AbortSignal,
  ) => Promise<readonly Instance[]>;
  readonly close: () => void;
};

/** The most that one answer can hold; there is no second page. Cloud Map has a quota of as many instances a service. */
const MOST = 1000;

/**
 * A client of AWS Cloud Map. The SDK is loaded with the first question. DiscoverInstancesRevision, which would make looks
 * cheaper, is of no use: it says nothing of a change of health.
 */
export function createCloudMap(region: string, endpoint: string | undefined): CloudMap {
  const load = async () => {
    const { ServiceDiscoveryClient, DiscoverInstancesCommand } = await import(
      '@aws-sdk/client-servicediscovery'
    );
    const client = new ServiceDiscoveryClient({
      region,
      credentials: awsCredentials(region),
      // What fails is tried again by who asks.
      maxAttempts: 1,
      // AWS has its data plane under a name of its own, `data-…`; who names an endpoint means that one.
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
