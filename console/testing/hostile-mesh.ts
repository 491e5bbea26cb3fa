import {
  CreateMeshCommand,
  CreateRouteCommand,
  CreateVirtualNodeCommand,
  CreateVirtualRouterCommand,
  CreateVirtualServiceCommand,
  type AppMeshClient,
} from '@aws-sdk/client-app-mesh';

/** A name that is markup. */
export const HOSTILE = '<img src=x onerror=alert(1)>';

/** A name of the greatest length. */
export const LONG = 'W'.repeat(255);

/** Creates a mesh in which names are markup, but for a virtual node with the longest name. */
export async function createHostile(client: AppMeshClient): Promise<void> {
  const meshName = HOSTILE;
  await client.send(new CreateMeshCommand({ meshName }));
  await client.send(
    new CreateVirtualNodeCommand({
      meshName,
      virtualNodeName: HOSTILE,
      spec: { backends: [{ virtualService: { virtualServiceName: `${HOSTILE}?` } }] },
    }),
  );
  await client.send(new CreateVirtualNodeCommand({ meshName, virtualNodeName: LONG, spec: {} }));
  await client.send(
    new CreateVirtualRouterCommand({
      meshName,
      virtualRouterName: HOSTILE,
      spec: { listeners: [{ portMapping: { port: 80, protocol: 'http' } }] },
    }),
  );
  await client.send(
    new CreateRouteCommand({
      meshName,
      virtualRouterName: HOSTILE,
      routeName: HOSTILE,
      spec: {
        httpRoute: {
          match: { prefix: '/' },
          action: { weightedTargets: [{ virtualNode: HOSTILE, weight: 1 }] },
        },
      },
    }),
  );
  await client.send(
    new CreateVirtualServiceCommand({
      meshName,
      virtualServiceName: HOSTILE,
      spec: { provider: { virtualRouter: { virtualRouterName: HOSTILE } } },
    }),
  );
}
