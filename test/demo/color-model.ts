import {
  AppMeshClient,
  CreateMeshCommand,
  CreateRouteCommand,
  CreateVirtualNodeCommand,
  CreateVirtualRouterCommand,
  CreateVirtualServiceCommand,
  UpdateRouteCommand,
  type WeightedTarget,
} from '@aws-sdk/client-app-mesh';

// The color application's mesh, through the App Mesh API, with the client that its users have.

/** The mesh's name. */
export const MESH = 'default';

/** The virtual service that the gateway asks for its colors. */
export const TELLER = 'colorteller.default.svc.cluster.local';

/** The port of every app. */
export const PORT = 9080;

/** The virtual nodes and the DNS names that lead to their hosts. */
export const NODES = {
  'colorgateway-vn': 'colorgateway.default.svc.cluster.local',
  'colorteller-vn': TELLER,
  'colorteller-blue-vn': 'colorteller-blue.default.svc.cluster.local',
  'colorteller-red-vn': 'colorteller-red.default.svc.cluster.local',
} as const;

/** How the route divides requests: weight by virtual node. */
export type Weights = Readonly<Partial<Record<keyof typeof NODES, number>>>;

const meshName = MESH;
const virtualRouterName = 'colorteller-vr';
const routeName = 'colorteller-route';

/** A client for a control plane's API; it signs, as it always did, with credentials that stand for nobody. */
export function appMeshClient(endpoint: string): AppMeshClient {
  const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'not-a-secret' };
  return new AppMeshClient({ endpoint, region: 'us-east-1', credentials, maxAttempts: 1 });
}

/** Makes the mesh, its nodes, router, route and service, parents first. */
export async function createColorModel(client: AppMeshClient, weights: Weights): Promise<void> {
  const listeners = [{ portMapping: { port: PORT, protocol: 'http' as const } }];
  await client.send(new CreateMeshCommand({ meshName }));
  for (const [virtualNodeName, hostname] of Object.entries(NODES)) {
    const isGateway = virtualNodeName === 'colorgateway-vn';
    const backends = isGateway ? [{ virtualService: { virtualServiceName: TELLER } }] : [];
    const spec = { listeners, serviceDiscovery: { dns: { hostname } }, backends };
    await client.send(new CreateVirtualNodeCommand({ meshName, virtualNodeName, spec }));
  }
  await client.send(new CreateVirtualRouterCommand({ meshName, virtualRouterName, spec: { listeners } }));
  const spec = routeSpec(weights);
  await client.send(new CreateRouteCommand({ meshName, virtualRouterName, routeName, spec }));
  const provider = { virtualRouter: { virtualRouterName } };
  await client.send(
    new CreateVirtualServiceCommand({ meshName, virtualServiceName: TELLER, spec: { provider } }),
  );
}

/** Gives the route other weights. */
export async function updateWeights(client: AppMeshClient, weights: Weights): Promise<void> {
  const spec = routeSpec(weights);
  await client.send(new UpdateRouteCommand({ meshName, virtualRouterName, routeName, spec }));
}

function routeSpec(weights: Weights) {
  const weightedTargets: WeightedTarget[] = Object.entries(weights).map(([virtualNode, weight]) => ({
    virtualNode,
    weight,
  }));
  return { httpRoute: { match: { prefix: '/' }, action: { weightedTargets } } };
}
