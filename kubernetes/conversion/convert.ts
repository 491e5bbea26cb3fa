import { title } from '../../controlplane/mesh/names.ts';
import { withAnnotations } from './annotations.ts';
import { backendsOfGroups } from './backend-groups.ts';
import { convertBeta, isBeta } from './beta.ts';
import type { Conversion, Converted, Remark } from './converted.ts';
import { gatewayOf, memberName, meshOf } from './membership.ts';
import { appMeshName, defaultName } from './names.ts';
import {
  clusterOf,
  CRD_KINDS,
  GROUP,
  isOfAppMesh,
  type Cluster,
  type CrdKind,
  type KubernetesObject,
} from './objects.ts';
import { toModel, type Conversation, type Path, type Reference } from './to-model.ts';
import { isObject } from '../../common/is-object.ts';

/**
 * Converts all objects of App Mesh among these to resources of the API, by the rules of Amazon's controller: names, the mesh of each
 * object, references, backend groups, the routes in a virtual router. It reads the labels of namespaces, and ignores all other objects.
 */
export function convertObjects(objects: readonly KubernetesObject[]): Conversion {
  const faults: Remark[] = [];
  const notes: Remark[] = [];
  const cluster = clusterOf(objects);
  const resources: Converted[] = [];
  for (const object of objects.filter(isOfAppMesh)) {
    const own: Remark[] = [];
    const fault = (path: Path, message: string): void => void own.push({ object, path, message });
    const note = (path: Path, message: string): void => void notes.push({ object, path, message });
    const converter: Converter = { object, cluster, fault, note };
    let made: readonly Converted[] = [];
    if (isBeta(object)) made = convertBeta(object, objects, fault);
    else if (object.apiVersion !== `${GROUP}/v1beta2`) {
      fault(['apiVersion'], `${object.apiVersion} is not known: ${GROUP}/v1beta2 and ${GROUP}/v1beta1 are`);
    } else if (!(object.kind in CRD_KINDS)) fault(['kind'], `${GROUP}/v1beta2 has no kind ${object.kind}`);
    else made = convert(converter);
    faults.push(...own);
    // An object with an invalid part is not converted at all.
    if (own.length === 0) resources.push(...made);
  }
  return { resources, faults, notes };
}

type Converter = {
  readonly object: KubernetesObject;
  readonly cluster: Cluster;
  readonly fault: (path: Path, message: string) => void;
  readonly note: (path: Path, message: string) => void;
};

function convert(converter: Converter): readonly Converted[] {
  const { object, cluster, fault } = converter;
  const kind = CRD_KINDS[object.kind as CrdKind];
  if (kind === undefined) return [];
  const conversation = conversationOf(converter);
  const own = toModel(`${title(kind)}Spec`, object.spec ?? {}, ['spec'], conversation);
  const spec = kind === 'virtualNode' && isObject(own) ? withGroups(converter, conversation, own) : own;
  if (kind === 'mesh') {
    const members = { meshName: appMeshName(object), ...ownerOf(object), ...withAnnotations(object, spec) };
    return [{ kind, members, object, at: ['spec'], mesh: undefined, gateway: undefined }];
  }
  const mesh = meshOf(object, cluster);
  if (mesh.state === 'fault') fault(mesh.path, mesh.message);
  const gateway = kind === 'gatewayRoute' ? gatewayOf(object, cluster) : undefined;
  if (gateway?.state === 'fault') fault(gateway.path, gateway.message);
  if (mesh.state === 'fault' || gateway?.state === 'fault') return [];
  const within = {
    ...named('meshName', memberName(mesh, 'Mesh')),
    ...(mesh.state === 'member' ? ownerOf(mesh.of) : {}),
  };
  const parent =
    gateway === undefined ? {} : named('virtualGatewayName', memberName(gateway, 'VirtualGateway'));
  const members = {
    ...within,
    ...parent,
    [`${kind}Name`]: appMeshName(object),
    ...withAnnotations(object, spec),
  };
  const resource: Converted = { kind, members, object, at: ['spec'], mesh, gateway };
  return [resource, ...(kind === 'virtualRouter' ? routesOf(resource, conversation, within) : [])];
}

function withGroups(
  { object, cluster, fault }: Converter,
  { nameOf }: Conversation,
  spec: Readonly<Record<string, unknown>>,
): unknown {
  const further = backendsOfGroups(object, cluster, fault).map((reference) => ({
    virtualService: { virtualServiceName: nameOf(reference) },
  }));
  if (further.length === 0) return spec;
  return { ...spec, backends: [...(Array.isArray(spec['backends']) ? spec['backends'] : []), ...further] };
}

function routesOf(
  { object, members, mesh }: Converted,
  conversation: Conversation,
  within: Readonly<Record<string, unknown>>,
): readonly Converted[] {
  const routes = isObject(object.spec) ? object.spec['routes'] : undefined;
  if (!Array.isArray(routes)) return [];
  return routes.map((route: unknown, index): Converted => {
    const at = ['spec', 'routes', index];
    const { name, ...spec } = isObject(route) ? route : {};
    const { virtualRouterName } = members;
    return {
      kind: 'route',
      members: {
        ...within,
        virtualRouterName,
        routeName: name,
        ...withAnnotations(object, toModel('RouteSpec', spec, at, conversation), String(name)),
      },
      object,
      at,
      mesh,
      gateway: undefined,
    };
  });
}

function conversationOf({ object, cluster, fault, note }: Converter): Conversation {
  return {
    fault,
    nameOf: ({ kind, name, namespace = object.namespace }: Reference) => {
      const found = cluster.find(kind, namespace, name);
      if (found !== undefined) return appMeshName(found);
      const assumed = defaultName(kind, name, namespace);
      note(
        ['spec'],
        `${kind} ${namespace}/${name} is not there: it is taken to be called ${assumed}, as by default`,
      );
      return assumed;
    },
  };
}

function ownerOf({ spec }: KubernetesObject): { readonly meshOwner?: unknown } {
  const owner = isObject(spec) ? spec['meshOwner'] : undefined;
  return owner === undefined || owner === null ? {} : { meshOwner: owner };
}

function named(member: string, name: string | undefined): Readonly<Record<string, string>> {
  return name === undefined ? {} : { [member]: name };
}
