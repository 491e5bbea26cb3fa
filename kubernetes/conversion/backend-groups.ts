import type { Cluster, KubernetesObject } from './objects.ts';
import type { Path, Reference } from './to-model.ts';
import { isObject } from '../../common/is-object.ts';

/**
 * Returns the virtual services that the backend groups of a virtual node add to its backends: each once, without those that are backends
 * already. The group `*` stands for all virtual services of its namespace.
 */
export function backendsOfGroups(
  node: KubernetesObject,
  cluster: Cluster,
  fault: (path: Path, message: string) => void,
): readonly Reference[] {
  const { backendGroups, backends } = isObject(node.spec) ? node.spec : {};
  if (!Array.isArray(backendGroups)) return [];
  const keyOf = ({ name, namespace = node.namespace }: Reference): string => `${namespace}/${name}`;
  const known = new Set(
    (Array.isArray(backends) ? backends : []).flatMap((backend: unknown) => {
      const service = isObject(backend) ? backend['virtualService'] : undefined;
      const reference = isObject(service) ? referenceIn(service['virtualServiceRef']) : undefined;
      return reference === undefined ? [] : [keyOf(reference)];
    }),
  );
  const added: Reference[] = [];
  for (const [index, group] of (backendGroups as unknown[]).entries()) {
    const path = ['spec', 'backendGroups', index];
    for (const reference of servicesIn(group, node.namespace, cluster, (message) => fault(path, message))) {
      if (known.has(keyOf(reference))) continue;
      known.add(keyOf(reference));
      added.push(reference);
    }
  }
  return added;
}

function servicesIn(
  group: unknown,
  ownNamespace: string,
  cluster: Cluster,
  fault: (message: string) => void,
): readonly Reference[] {
  const reference = referenceIn(group);
  if (reference === undefined) {
    fault('it has to be an object with a name, and a namespace where that is another');
    return [];
  }
  const { name, namespace = ownNamespace } = reference;
  if (name === '*') {
    const all = cluster.all('VirtualService').filter((service) => service.namespace === namespace);
    return all.map((service) => ({ kind: 'VirtualService', name: service.name, namespace }));
  }
  const found = cluster.find('BackendGroup', namespace, name);
  if (found === undefined) {
    fault(`BackendGroup ${namespace}/${name} is not there, so that its virtual services are not known`);
    return [];
  }
  const { virtualservices } = isObject(found.spec) ? found.spec : {};
  // As in the controller, a reference without a namespace is a reference into the namespace of the virtual node.
  return (Array.isArray(virtualservices) ? virtualservices : []).flatMap((each: unknown) => {
    const service = referenceIn(each);
    return service === undefined ? [] : [{ ...service, namespace: service.namespace ?? ownNamespace }];
  });
}

function referenceIn(value: unknown): Reference | undefined {
  if (!isObject(value) || typeof value['name'] !== 'string') return undefined;
  const { name, namespace } = value;
  return { kind: 'VirtualService', name, namespace: typeof namespace === 'string' ? namespace : undefined };
}
