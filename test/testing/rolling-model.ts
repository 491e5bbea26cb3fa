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
  // Longer than a machine may stand still.
  const minute = { unit: 's', value: 60 } as const;
  const ofNodes = listeners.map((each) => ({ ...each, timeout: { http: { perRequest: minute } } }));
  const awsCloudMap = { namespaceName: 'prod', serviceName: 'app' };
  const virtualNode = { virtualNodeName: 'app' };
  await client.send(new CreateMeshCommand({ meshName }));
  await client.send(
    new CreateVirtualNodeCommand({
      meshName,
      ...virtualNode,
      spec: { listeners: ofNodes, serviceDiscovery: { awsCloudMap } },
    }),
  );
  if (!retries) {
    const router = { meshName, virtualRouterName: 'app' };
    await client.send(new CreateVirtualRouterCommand({ ...router, spec: { listeners } }));
    const weightedTargets = [{ virtualNode: 'app', weight: 1 }];
    const retryPolicy = {
      maxRetries: 0,
      perRetryTimeout: minute,
      httpRetryEvents: ['server-error'],
    };
    await client.send(
      new CreateRouteCommand({
        ...router,
        routeName: 'all',
        spec: {
          httpRoute: {
            match: { prefix: '/' },
            action: { weightedTargets },
            retryPolicy,
            timeout: { perRequest: minute },
          },
        },
      }),
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
        listeners: ofNodes,
        backends: [{ virtualService: { virtualServiceName: 'app.local' } }],
        serviceDiscovery: { dns: { hostname: 'caller.local' } },
      },
    }),
  );
}
