import type {
  GatewayRouteSpec,
  Listener,
  MeshSpec,
  PortProtocol,
  RouteSpec,
  VirtualGatewaySpec,
  VirtualNodeSpec,
  WeightedTargets,
} from '../../../controlplane/model/types.ts';
import { request } from '../../lab/clients/http.ts';

/** A Create call: the path of its resource's collection below `/v20190125/meshes`, and its body. */
export type Input = { readonly at: string; readonly body: unknown };

const inMesh = (mesh: string, rest: string): string => `/${encodeURIComponent(mesh)}/${rest}`;

/** Returns builders for the inputs of one mesh. */
export function inputsOf(meshName: string) {
  const at = (rest: string) => inMesh(meshName, rest);
  return {
    mesh: (spec: MeshSpec = {}): Input => ({ at: '', body: { meshName, spec } }),
    node: (virtualNodeName: string, spec: VirtualNodeSpec): Input => ({
      at: at('virtualNodes'),
      body: { virtualNodeName, spec },
    }),
    router: (virtualRouterName: string, ports: readonly (readonly [number, PortProtocol])[]): Input => ({
      at: at('virtualRouters'),
      body: { virtualRouterName, spec: { listeners: ports.map(([port, protocol]) => on(port, protocol)) } },
    }),
    route: (router: string, routeName: string, spec: RouteSpec): Input => ({
      at: at(`virtualRouter/${router}/routes`),
      body: { routeName, spec },
    }),
    /** A virtual service with a virtual router or a virtual node as its provider. */
    service: (
      virtualServiceName: string,
      behind: { readonly router: string } | { readonly node: string },
    ): Input => ({
      at: at('virtualServices'),
      body: {
        virtualServiceName,
        spec: {
          provider:
            'router' in behind
              ? { virtualRouter: { virtualRouterName: behind.router } }
              : { virtualNode: { virtualNodeName: behind.node } },
        },
      },
    }),
    gateway: (virtualGatewayName: string, spec: VirtualGatewaySpec): Input => ({
      at: at('virtualGateways'),
      body: { virtualGatewayName, spec },
    }),
    gatewayRoute: (gateway: string, gatewayRouteName: string, spec: GatewayRouteSpec): Input => ({
      at: at(`virtualGateway/${gateway}/gatewayRoutes`),
      body: { gatewayRouteName, spec },
    }),
  };
}

/** Builds a listener. */
export function on(port: number, protocol: PortProtocol, more: Omit<Listener, 'portMapping'> = {}): Listener {
  return { portMapping: { port, protocol }, ...more };
}

/** Builds an action with one port of a virtual node as its target. */
export function to(virtualNode: string, port: number): { weightedTargets: WeightedTargets } {
  return { weightedTargets: [{ virtualNode, port, weight: 1 }] };
}

/** Builds the backends of a virtual node. */
export function backends(services: readonly string[]): NonNullable<VirtualNodeSpec['backends']> {
  return services.map((virtualServiceName) => ({ virtualService: { virtualServiceName } }));
}

/**
 * Creates resources through the App Mesh API at `endpoint`, in their order.
 * @throws Error with the API's message for the first call that fails.
 */
export async function createAll(endpoint: string, inputs: readonly Input[]): Promise<void> {
  for (const { at, body } of inputs) {
    const url = `${endpoint}/v20190125/meshes${at}`;
    const answer = await request(url, { method: 'PUT', body: JSON.stringify(body) });
    if (answer.status !== 200)
      throw new Error(`${url}: ${answer.status} ${answer.body} to ${JSON.stringify(body)}`);
  }
}
