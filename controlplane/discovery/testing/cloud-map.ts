import {
  CreateHttpNamespaceCommand,
  CreateServiceCommand,
  DeregisterInstanceCommand,
  ListNamespacesCommand,
  RegisterInstanceCommand,
  ServiceDiscoveryClient,
  UpdateInstanceCustomHealthStatusCommand,
} from '@aws-sdk/client-servicediscovery';

/** A service of AWS Cloud Map, from the side that registers its instances. */
export type RegisteredService = {
  readonly register: (id: string, attributes: Readonly<Record<string, string>>) => Promise<void>;
  readonly deregister: (id: string) => Promise<void>;
  readonly setHealth: (id: string, status: 'HEALTHY' | 'UNHEALTHY') => Promise<void>;
};

/** Credentials for a server that does not check them. */
export const ANY_CREDENTIALS = { accessKeyId: 'test', secretAccessKey: 'test' };

/** Creates services in a region, and their namespaces if they do not exist. For tests. */
export function createCloudMapServices(
  endpoint: string,
  region = 'us-east-1',
): (namespace: string, service: string) => Promise<RegisteredService> {
  const credentials = ANY_CREDENTIALS;
  const client = new ServiceDiscoveryClient({ endpoint, region, credentials, disableHostPrefix: true });

  async function namespaceId(name: string): Promise<string | undefined> {
    const { Namespaces = [] } = await client.send(new ListNamespacesCommand({}));
    return Namespaces.find((namespace) => namespace.Name === name)?.Id;
  }

  return async (namespace, service) => {
    if ((await namespaceId(namespace)) === undefined) {
      await client.send(new CreateHttpNamespaceCommand({ Name: namespace }));
    }
    const { Service } = await client.send(
      new CreateServiceCommand({
        Name: service,
        NamespaceId: await namespaceId(namespace),
        HealthCheckCustomConfig: { FailureThreshold: 1 },
      }),
    );
    const ServiceId = Service?.Id;
    return {
      register: async (InstanceId, Attributes) => {
        await client.send(new RegisterInstanceCommand({ ServiceId, InstanceId, Attributes }));
      },
      deregister: async (InstanceId) => {
        await client.send(new DeregisterInstanceCommand({ ServiceId, InstanceId }));
      },
      setHealth: async (InstanceId, Status) => {
        await client.send(new UpdateInstanceCustomHealthStatusCommand({ ServiceId, InstanceId, Status }));
      },
    };
  };
}
