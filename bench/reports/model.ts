import { CreateMeshCommand, CreateVirtualNodeCommand } from '@aws-sdk/client-app-mesh';
import { appMeshClient } from '../../demo/color-model.ts';

/** The mesh of the bench. */
export const MESH = 'reports';

const PORT = 8080;
const PARALLEL = 8;

/** Returns the name of a virtual node. */
export function nodeName(index: number): string {
  return `node-${index}`;
}

/** Returns the name of the cluster that leads to a virtual node. */
export function clusterName(index: number): string {
  return `cds_egress_${MESH}_${nodeName(index)}_http_${PORT}`;
}

/** Creates the mesh with its nodes, which call no one. */
export async function createReportsModel(endpoint: string, nodes: number): Promise<void> {
  const client = appMeshClient(endpoint);
  await client.send(new CreateMeshCommand({ meshName: MESH }));
  for (let first = 0; first < nodes; first += PARALLEL) {
    const indexes = Array.from({ length: Math.min(PARALLEL, nodes - first) }, (_, index) => first + index);
    await Promise.all(indexes.map((index) => client.send(newNode(index))));
  }
  client.destroy();
}

function newNode(index: number): CreateVirtualNodeCommand {
  return new CreateVirtualNodeCommand({
    meshName: MESH,
    virtualNodeName: nodeName(index),
    spec: {
      listeners: [{ portMapping: { port: PORT, protocol: 'http' } }],
      serviceDiscovery: { dns: { hostname: `${nodeName(index)}.local` } },
    },
  });
}
