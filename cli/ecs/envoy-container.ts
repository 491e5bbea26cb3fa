import { isObject } from '../../common/is-object.ts';
import { Open } from '../import/source.ts';
import { containersOf, objects, type Container, type TaskDefinition } from './task-definition.ts';

/** The Envoy container of a task: its index in `containerDefinitions`, or the reason why there is none. */
export type EnvoyContainer =
  | { readonly found: true; readonly index: number }
  | { readonly found: false; readonly path: readonly string[]; readonly reason: string };

/** The variables that tell an Envoy of App Mesh its resource, the newest first. */
export const RESOURCE_VARIABLES = [
  'APPMESH_RESOURCE_ARN',
  'APPMESH_RESOURCE_NAME',
  'APPMESH_VIRTUAL_NODE_NAME',
] as const;

/**
 * Finds the Envoy container: the one that `proxyConfiguration` names; without it, as for virtual gateways, the one with
 * App Mesh's image or with a variable that names its resource.
 */
export function findEnvoy(definition: TaskDefinition): EnvoyContainer {
  const containers = containersOf(definition);
  const { proxyConfiguration } = definition;
  if (isObject(proxyConfiguration) && !(proxyConfiguration instanceof Open)) {
    const { containerName: name } = proxyConfiguration;
    const index = containers.findIndex((each) => each['name'] === name);
    if (index !== -1) return { found: true, index };
    const names = containers.map((each) => JSON.stringify(each['name'])).join(', ');
    const reason = `${JSON.stringify(name)} is not a container of this task; it has ${names || 'none'}`;
    return { found: false, path: ['proxyConfiguration', 'containerName'], reason };
  }
  const like = containers.flatMap((each, index) => (isEnvoy(each) ? [index] : []));
  const [index, second] = like;
  const path = ['containerDefinitions'];
  if (index === undefined) {
    const reason = `no Envoy container: no proxyConfiguration, no image of App Mesh's Envoy, and no container with ${RESOURCE_VARIABLES.join(' or ')}`;
    return { found: false, path, reason };
  }
  if (second === undefined) return { found: true, index };
  const names = like.map((each) => JSON.stringify(containers[each]?.['name'])).join(', ');
  return { found: false, path, reason: `several containers look like Envoy: ${names}` };
}

/** Whether a task definition is one of App Mesh, or may be: it has a proxy configuration, or a container that looks like its Envoy. */
export function isOfAppMesh(definition: TaskDefinition): boolean {
  const { proxyConfiguration } = definition;
  return isObject(proxyConfiguration) || containersOf(definition).some(isEnvoy) || mayHaveEnvoy(definition);
}

/** Whether a condition of a template, whose value is not known, decides which containers there are. */
export function mayHaveEnvoy({ containerDefinitions: list }: TaskDefinition): boolean {
  return list instanceof Open || (Array.isArray(list) && list.some((each) => each instanceof Open));
}

function isEnvoy({ image, environment, secrets }: Container): boolean {
  if (typeof image === 'string' && image.includes('aws-appmesh-envoy')) return true;
  return [...objects(environment), ...objects(secrets)].some(({ name }) =>
    [...RESOURCE_VARIABLES, 'APPMESH_XDS_ENDPOINT'].some((each) => each === name),
  );
}
