import {
  CreateMeshCommand,
  CreateRouteCommand,
  CreateVirtualNodeCommand,
  CreateVirtualRouterCommand,
  CreateVirtualServiceCommand,
} from '@aws-sdk/client-app-mesh';
import { appMeshClient } from '../../demo/color-model.ts';

/** The port of every application. */
export const PORT = 9080;

/** Creates a caller, and a virtual node `app` whose instances Cloud Map knows. `retries`: whether the caller retries, as it does by default. */
export async function createRollingModel(endpoint: string, retries: boolean): Promise<void> {
  const client = appMeshClient(endpoint);
  const meshName = 'm';
  const listeners = [{ portMapping: { port: PORT, protocol: 'http' as const } }];
  const awsCloudMap = { namespaceName: 'prod', serviceName: 'app' };
  const virtualNode = { virtualNodeName: 'app' };
  await client.send(new CreateMeshCommand({ meshName }));
  await client.send(
    new CreateVirtualNodeCommand({
      meshName,
      ...virtualNode,
      spec: { listeners, serviceDiscovery: { awsCloudMap } },
    }),
  );
  if (!retries) {
    const router = { meshName, virtualRouterName: 'app' };
    await client.send(new CreateVirtualRouterCommand({ ...router, spec: { listeners } }));
    const weightedTargets = [{ virtualNode: 'app', weight: 1 }];
    const retryPolicy = {
      maxRetries: 0,
      perRetryTimeout: { unit: 's', value: 5 },
      httpRetryEvents: ['server-error'],
    };
    await client.send(
      new CreateRouteCommand({
        ...router,
        routeName: 'all',
        spec: { httpRoute: { match: { prefix: '/' }, action: { weightedTargets }, retryPolicy } },
      } as ConstructorParameters<typeof CreateRouteCommand>[0]),
    );
  }
  const provider = retries ? { virtualNode } : { virtualRouter: { virtualRouterName: 'app' } };
  await client.send(
    new CreateVirtualServiceCommand({ meshName, virtualServiceName: 'app.local', spec: { provider } }),
  );
  await client.send(
    new CreateVirtualNodeCommand({
      meshName,
      virtualNodeName: 'caller',
      spec: {
        listeners,
        backends: [{ virtualService: { virtualServiceName: 'app.local' } }],
        serviceDiscovery: { dns: { hostname: 'caller.local' } },
      },
    }),
  );
}
