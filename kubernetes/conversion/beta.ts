import type { Converted } from './converted.ts';
import { GROUP, type KubernetesObject } from './objects.ts';
import type { Path } from './to-model.ts';
import { isObject } from '../../common/is-object.ts';

type Members = Readonly<Record<string, unknown>>;
type Tell = (path: Path, message: string) => void;

/** Whether an object is of version v1beta1, which controllers up to v0.5 have: there, virtual services contain the routers. */
export function isBeta({ apiVersion }: KubernetesObject): boolean {
  return apiVersion === `${GROUP}/v1beta1`;
}

/** Converts an object of v1beta1 to resources. `objects`: all objects, for the listener of a virtual router that does not name one. */
export function convertBeta(
  object: KubernetesObject,
  objects: readonly KubernetesObject[],
  fault: Tell,
): readonly Converted[] {
  const { meshName, ...spec } = isObject(object.spec) ? object.spec : {};
  const whole = { object, at: ['spec'], mesh: undefined, gateway: undefined } as const;
  switch (object.kind) {
    case 'Mesh': {
      // The members about Cloud Map told the controller where to register pods; they had no meaning for App Mesh.
      const { serviceDiscoveryType: _type, cloudMapNamespaceName: _namespace, ...mesh } = spec;
      return [{ ...whole, kind: 'mesh', members: { meshName: object.name, spec: mesh } }];
    }
    case 'VirtualNode': {
      const virtualNodeName = namespaced(object.name, object.namespace);
      const members = { meshName, virtualNodeName, spec: nodeSpec(spec, meshName, virtualNodeName) };
      return [{ ...whole, kind: 'virtualNode', members }];
    }
    case 'VirtualService':
      return convertService(object, objects, { meshName, spec });
    default:
      fault(['kind'], `${GROUP}/v1beta1 has no kind ${object.kind}`);
      return [];
  }
}

// Names of App Mesh, except those of virtual services, had no dots; a dot separates the name from another namespace.
function namespaced(name: string, namespace: string): string {
  return name.includes('.') ? name.replaceAll('.', '-') : `${name}-${namespace}`;
}

function nodeSpec(spec: Members, meshName: unknown, virtualNodeName: string): Members {
  const discovery = spec['serviceDiscovery'];
  if (!isObject(discovery)) return spec;
  const { dns, cloudMap, ...others } = discovery;
  return {
    ...spec,
    serviceDiscovery: { ...others, ...dnsOf(dns), ...cloudMapOf(cloudMap, meshName, virtualNodeName) },
  };
}

function dnsOf(dns: unknown): Members {
  if (!isObject(dns)) return {};
  const { hostName, ...others } = dns;
  return { dns: { ...(hostName === undefined ? {} : { hostname: hostName }), ...others } };
}

const MESH_ATTRIBUTE = `${GROUP}/mesh`;

/** Sets the mesh in the Cloud Map attributes of a converted node whose object does not name its mesh. Other members are unchanged. */
export function withMesh(members: Members, mesh: unknown): Members {
  const { spec } = members;
  const discovery = isObject(spec) ? spec['serviceDiscovery'] : undefined;
  const cloudMap = isObject(discovery) ? discovery['awsCloudMap'] : undefined;
  if (!isObject(spec) || !isObject(discovery) || !isObject(cloudMap)) return members;
  const { attributes } = cloudMap;
  if (!Array.isArray(attributes)) return members;
  const named = attributes.map((each: unknown) =>
    isObject(each) && each['key'] === MESH_ATTRIBUTE && each['value'] === undefined
      ? { ...each, value: mesh }
      : each,
  );
  const awsCloudMap = { ...cloudMap, attributes: named };
  return { ...members, spec: { ...spec, serviceDiscovery: { ...discovery, awsCloudMap } } };
}

function cloudMapOf(cloudMap: unknown, meshName: unknown, virtualNodeName: string): Members {
  if (!isObject(cloudMap)) return {};
  // The controller registered pods with these attributes, and queried by them.
  const own = { [MESH_ATTRIBUTE]: meshName, [`${GROUP}/virtualNode`]: virtualNodeName };
  const attributes = { ...(isObject(cloudMap['attributes']) ? cloudMap['attributes'] : {}), ...own };
  const pairs = Object.entries(attributes).map(([key, value]) => ({ key, value }));
  return { awsCloudMap: { ...cloudMap, attributes: pairs } };
}

function convertService(
  object: KubernetesObject,
  objects: readonly KubernetesObject[],
  {
    meshName,
    spec: { virtualRouter, routes, ...spec },
  }: { readonly meshName: unknown; readonly spec: Members },
): readonly Converted[] {
  const { name, listeners } = isObject(virtualRouter) ? virtualRouter : {};
  const own = typeof name === 'string' && name.trim() !== '' ? name.trim() : object.name;
  const virtualRouterName = namespaced(own, object.namespace);
  const list: readonly unknown[] = Array.isArray(routes) ? routes : [];
  const whole = { object, mesh: undefined, gateway: undefined } as const;
  return [
    {
      ...whole,
      kind: 'virtualRouter',
      members: {
        meshName,
        virtualRouterName,
        spec: { listeners: listeners ?? listenersFor(object, list, objects) },
      },
      at: ['spec', 'virtualRouter'],
    },
    ...list.map(
      (route, index): Converted => ({
        ...whole,
        kind: 'route',
        members: { meshName, virtualRouterName, ...routeOf(route, object.namespace) },
        at: ['spec', 'routes', index],
      }),
    ),
    {
      ...whole,
      kind: 'virtualService',
      members: {
        meshName,
        virtualServiceName: object.name,
        spec: { ...spec, provider: { virtualRouter: { virtualRouterName } } },
      },
      at: ['spec'],
    },
  ];
}

const PROTOCOLS: Readonly<Record<string, string>> = {
  http: 'httpRoute',
  http2: 'http2Route',
  grpc: 'grpcRoute',
  tcp: 'tcpRoute',
};

function routeOf(value: unknown, namespace: string): Members {
  const { name, ...members } = isObject(value) ? value : {};
  const spec = Object.entries(members).map(([member, part]) => {
    const protocol = Object.hasOwn(PROTOCOLS, member) ? PROTOCOLS[member] : undefined;
    return protocol === undefined || !isObject(part)
      ? [member, part]
      : [protocol, routeSpec(part, namespace)];
  });
  return {
    routeName: typeof name === 'string' ? namespaced(name, namespace) : name,
    spec: Object.fromEntries(spec) as Members,
  };
}

function routeSpec({ action, retryPolicy, ...others }: Members, namespace: string): Members {
  return {
    ...others,
    ...(isObject(action) ? { action: { ...action, weightedTargets: targetsOf(action, namespace) } } : {}),
    ...(isObject(retryPolicy) ? { retryPolicy: retryPolicyOf(retryPolicy) } : {}),
  };
}

function targetsOf({ weightedTargets }: Members, namespace: string): unknown {
  if (!Array.isArray(weightedTargets)) return weightedTargets;
  return weightedTargets.map((target: unknown) => {
    const { virtualNodeName, ...others } = isObject(target) ? target : {};
    if (typeof virtualNodeName !== 'string') return target;
    return { virtualNode: namespaced(virtualNodeName, namespace), ...others };
  });
}

function retryPolicyOf({ perRetryTimeoutMillis, ...others }: Members): Members {
  if (perRetryTimeoutMillis === undefined || perRetryTimeoutMillis === null) return others;
  return { ...others, perRetryTimeout: { unit: 'ms', value: perRetryTimeoutMillis } };
}

// Returns the first listener of the first target of the first route.
function listenersFor(
  { namespace }: KubernetesObject,
  routes: readonly unknown[],
  objects: readonly KubernetesObject[],
): readonly unknown[] {
  const [first] = routes;
  const route = isObject(first)
    ? Object.keys(PROTOCOLS)
        .map((each) => first[each])
        .find(isObject)
    : undefined;
  const action = route?.['action'];
  const targets = isObject(action) ? action['weightedTargets'] : undefined;
  const target: unknown = Array.isArray(targets) ? targets[0] : undefined;
  const name = isObject(target) ? target['virtualNodeName'] : undefined;
  const node = objects.find(
    (each) =>
      isBeta(each) && each.kind === 'VirtualNode' && each.name === name && each.namespace === namespace,
  );
  const { listeners } = isObject(node?.spec) ? node.spec : {};
  const listener: unknown = Array.isArray(listeners) ? listeners[0] : undefined;
  return isObject(listener) ? [{ portMapping: listener['portMapping'] }] : [];
}
