import {
  CreateMeshCommand,
  CreateVirtualNodeCommand,
  CreateVirtualServiceCommand,
  UpdateVirtualNodeCommand,
  type AppMeshClient,
  type VirtualNodeSpec,
} from '@aws-sdk/client-app-mesh';

// The smallest mesh in which a change of one resource reaches a proxy of another: `front` calls the service of `back`.

/** The mesh's name. */
export const PAIR = 'pair';

/** The proxy that receives each change of `back`. */
export const FRONT = `mesh/${PAIR}/virtualNode/front`;

/** Creates the mesh. */
export async function createPair(client: AppMeshClient): Promise<void> {
  const inMesh = { meshName: PAIR };
  const virtualServiceName = 'back.local';
  await client.send(new CreateMeshCommand(inMesh));
  await client.send(
    new CreateVirtualNodeCommand({ ...inMesh, virtualNodeName: 'back', spec: at('first.local') }),
  );
  await client.send(
    new CreateVirtualServiceCommand({
      ...inMesh,
      virtualServiceName,
      spec: { provider: { virtualNode: { virtualNodeName: 'back' } } },
    }),
  );
  await client.send(
    new CreateVirtualNodeCommand({
      ...inMesh,
      virtualNodeName: 'front',
      spec: { ...at('front.local'), backends: [{ virtualService: { virtualServiceName } }] },
    }),
  );
}

/** Changes the host name of `back`, which a cluster of `front` then contains. */
export async function moveBack(client: AppMeshClient, hostname: string): Promise<void> {
  const spec = at(hostname);
  await client.send(new UpdateVirtualNodeCommand({ meshName: PAIR, virtualNodeName: 'back', spec }));
}

function at(hostname: string): VirtualNodeSpec {
  return {
    listeners: [{ portMapping: { port: 9080, protocol: 'http' } }],
    serviceDiscovery: { dns: { hostname } },
  };
}
