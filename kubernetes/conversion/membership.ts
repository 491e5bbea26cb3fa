import { appMeshName } from './names.ts';
import type { Cluster, KubernetesObject } from './objects.ts';
import { selects, type Selected } from './selectors.ts';
import type { Path } from './to-model.ts';
import { isObject } from '../../common/is-object.ts';

/**
 * The mesh or gateway that an object belongs to. `unknown`: there is none of the kind, or the files lack labels of the object's namespace,
 * which may decide. `fault`: there is not exactly one, in the controller's words.
 */
export type Membership =
  | { readonly state: 'member'; readonly of: KubernetesObject }
  /** The name in Kubernetes of an object that is named and does not exist. */
  | { readonly state: 'named'; readonly name: string; readonly namespace: string }
  | { readonly state: 'unknown'; readonly candidates: readonly KubernetesObject[] }
  | { readonly state: 'fault'; readonly path: Path; readonly message: string };

/**
 * Returns the mesh of an object: the one in `spec.meshRef`, which the controller writes, else the one whose namespaceSelector matches the
 * object's namespace.
 */
export function meshOf({ spec, namespace }: KubernetesObject, cluster: Cluster): Membership {
  const named = reference(spec, 'meshRef');
  if (named !== undefined) {
    const mesh = cluster.find('Mesh', '', named.name);
    return mesh === undefined
      ? { state: 'named', name: named.name, namespace: '' }
      : { state: 'member', of: mesh };
  }
  const { labels, whole } = cluster.namespaceLabels(namespace);
  return decide(
    (complete) =>
      cluster
        .all('Mesh')
        .map((mesh) => [mesh, selects(selectorOf(mesh, 'namespaceSelector'), labels, complete)]),
    whole,
    `mesh for namespace: ${namespace}`,
    `meshes for namespace: ${namespace}`,
  );
}

/**
 * Returns the virtual gateway of a gateway route: the one in `spec.virtualGatewayRef`, which the controller writes, else the one whose
 * namespaceSelector matches the route's namespace, and whose gatewayRouteSelector, if there is one, matches the route's labels.
 */
export function gatewayOf(route: KubernetesObject, cluster: Cluster): Membership {
  const named = reference(route.spec, 'virtualGatewayRef');
  if (named !== undefined) {
    const namespace = named.namespace ?? route.namespace;
    const gateway = cluster.find('VirtualGateway', namespace, named.name);
    return gateway === undefined
      ? { state: 'named', name: named.name, namespace }
      : { state: 'member', of: gateway };
  }
  const { labels, whole } = cluster.namespaceLabels(route.namespace);
  const takes = (gateway: KubernetesObject, complete: boolean): Selected => {
    const selector = selectorOf(gateway, 'gatewayRouteSelector');
    const own = selector === undefined || selector === null ? 'yes' : selects(selector, route.labels);
    return own === 'no' ? 'no' : selects(selectorOf(gateway, 'namespaceSelector'), labels, complete);
  };
  return decide(
    (complete) => cluster.all('VirtualGateway').map((gateway) => [gateway, takes(gateway, complete)]),
    whole,
    `virtualGateway for gatewayRoute: ${route.name}`,
    `virtualGateways for gatewayRoute: ${route.name}`,
  );
}

type Taken = readonly (readonly [KubernetesObject, Selected])[];

// `kubectl label` may have set labels that the manifest of a namespace does not have. They count where none of its own decides.
function decide(
  takenWith: (complete: boolean) => Taken,
  whole: boolean,
  one: string,
  several: string,
): Membership {
  const own = takenWith(whole);
  const taken = own.every(([, each]) => each === 'no') ? takenWith(false) : own;
  const candidates = taken.filter(([, each]) => each !== 'no').map(([object]) => object);
  const sure = taken.filter(([, each]) => each === 'yes').map(([object]) => object);
  const [only] = sure;
  if (only !== undefined && candidates.length === 1) return { state: 'member', of: only };
  if (sure.length > 1) {
    const names = sure.map(({ name }) => name).join(',');
    const message = `found multiple matching ${several}, expecting 1 but found ${sure.length}: ${names}`;
    return { state: 'fault', path: ['metadata'], message };
  }
  if (candidates.length > 0 || taken.length === 0) return { state: 'unknown', candidates };
  return {
    state: 'fault',
    path: ['metadata'],
    message: `failed to find matching ${one}, expecting 1 but found 0`,
  };
}

function selectorOf({ spec }: KubernetesObject, name: string): unknown {
  return isObject(spec) ? spec[name] : undefined;
}

function reference(
  spec: unknown,
  member: string,
): { readonly name: string; readonly namespace: string | undefined } | undefined {
  const value = isObject(spec) ? spec[member] : undefined;
  if (!isObject(value) || typeof value['name'] !== 'string') return undefined;
  const { namespace } = value;
  return { name: value['name'], namespace: typeof namespace === 'string' ? namespace : undefined };
}

/** Returns the App Mesh name of the mesh or gateway that an object belongs to; undefined if it is unknown. */
export function memberName(membership: Membership, kind: 'Mesh' | 'VirtualGateway'): string | undefined {
  if (membership.state === 'member') return appMeshName(membership.of);
  if (membership.state !== 'named') return undefined;
  const { name, namespace } = membership;
  return kind === 'Mesh' ? name : `${name}_${namespace}`;
}
