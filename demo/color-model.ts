import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  AppMeshClient,
  CreateMeshCommand,
  CreateRouteCommand,
  CreateVirtualNodeCommand,
  CreateVirtualRouterCommand,
  CreateVirtualServiceCommand,
  UpdateRouteCommand,
  type CreateMeshInput,
  type CreateRouteInput,
  type CreateVirtualNodeInput,
  type CreateVirtualRouterInput,
  type CreateVirtualServiceInput,
} from '@aws-sdk/client-app-mesh';

// The color application's mesh, through the App Mesh API, with the client that its users have. The files in model/ are
// what `aws appmesh create-… --cli-input-json` takes.

/** The mesh's name. */
export const MESH = 'default';

/** The virtual service from which the gateway gets its colors. */
export const TELLER = 'colorteller.default.svc.cluster.local';

/** The port of every app. */
export const PORT = 9080;

/** The virtual nodes: the gateway, and a teller for each color. */
export const NODES = [
  'colorgateway-vn',
  'colorteller-vn',
  'colorteller-blue-vn',
  'colorteller-red-vn',
] as const;

/** The name of one of the virtual nodes. */
export type ColorNode = (typeof NODES)[number];

/** How the route divides requests: weight by virtual node. */
export type Weights = Readonly<Partial<Record<ColorNode, number>>>;

/** The folder of the model's files. */
export const MODEL = join(import.meta.dirname, 'model');

/** Creates a client for a control plane's API; it signs with made-up credentials. */
export function appMeshClient(endpoint: string): AppMeshClient {
  const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'not-a-secret' };
  return new AppMeshClient({ endpoint, region: 'us-east-1', credentials, maxAttempts: 1 });
}

/** Creates the mesh, its nodes, router, route and service, parents first. */
export async function createColorModel(client: AppMeshClient, weights: Weights): Promise<void> {
  await client.send(new CreateMeshCommand(read<CreateMeshInput>('mesh')));
  for (const node of NODES)
    await client.send(new CreateVirtualNodeCommand(read<CreateVirtualNodeInput>(node)));
  await client.send(new CreateVirtualRouterCommand(read<CreateVirtualRouterInput>('colorteller-vr')));
  await client.send(new CreateRouteCommand(routeWith(weights)));
  await client.send(new CreateVirtualServiceCommand(read<CreateVirtualServiceInput>('colorteller-vs')));
}

/** Changes the weights of the route. */
export async function updateWeights(client: AppMeshClient, weights: Weights): Promise<void> {
  await client.send(new UpdateRouteCommand(routeWith(weights)));
}

/** Returns the host name of a node from its file. */
export function hostnameOf(node: ColorNode): string {
  return read<CreateVirtualNodeInput>(node).spec?.serviceDiscovery?.dns?.hostname ?? node;
}

function routeWith(weights: Weights): CreateRouteInput {
  const route = read<CreateRouteInput>('colorteller-route');
  const weightedTargets = Object.entries(weights).map(([virtualNode, weight]) => ({ virtualNode, weight }));
  return { ...route, spec: { httpRoute: { match: { prefix: '/' }, action: { weightedTargets } } } };
}

// The files belong to this project, and their names tell the types.
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters
function read<T>(name: string): T {
  return JSON.parse(readFileSync(join(MODEL, `${name}.json`), 'utf8')) as T;
}
