import type { Model } from '../../mesh/model.ts';
import { DAYBREAK_KINDS, type Kind, type ResourceId } from '../../mesh/resource.ts';
import { gatewayRoutesTo, routesTo } from './dependent-routes.ts';
import { inUse } from '../../http/errors.ts';
import { title } from '../../mesh/names.ts';

/** The most names that a message lists. */
const SHOWN = 10;

/**
 * Requires that no other resource needs this one. A virtual service that is only named as a backend is not in use, because backends may name
 * missing services. The sentences are App Mesh's own (docs/errors.md); the lists of names after them are an addition.
 * @throws ApiError ResourceInUseException that names the resources that depend on this one
 */
export function requireUnused(model: Model, id: ResourceId): void {
  switch (id.kind) {
    case 'mesh':
      return requireEmpty(model, id, [
        'virtualService',
        'virtualRouter',
        'virtualNode',
        'virtualGateway',
        ...DAYBREAK_KINDS,
      ]);
    case 'virtualRouter':
      requireEmpty(model, id, ['route']);
      return requireNoProvider(model, id, 'virtualRouter');
    case 'virtualGateway':
      return requireEmpty(model, id, ['gatewayRoute']);
    case 'virtualNode':
      requireNoProvider(model, id, 'virtualNode');
      return requireNoTarget(model, id);
    case 'virtualService':
      return requireNoGatewayRoute(model, id);
    case 'route':
    case 'gatewayRoute':
    case 'meshIdentity':
    case 'nodeIdentity':
    case 'accessPolicy':
    case 'authority':
    case 'joinToken':
    case 'certificate':
    case 'nodeFact':
      return undefined;
  }
}

function requireEmpty(model: Model, id: ResourceId, kinds: readonly Kind[]): void {
  const parent = id.kind === 'mesh' ? '' : id.name;
  const found = kinds
    .map((kind) => ({ kind, names: model.list(kind, id, parent).map(({ name }) => name) }))
    .filter(({ names }) => names.length > 0);
  const [first] = found;
  if (first === undefined) return;
  const what = plural(title(first.kind));
  const names = found.map((each) => `${upperSnakeCase(each.kind)}: [${nameList(each.names)}]`).join(', ');
  throw inUse(
    `${title(id.kind)} ${id.name} for account ${id.owner} has active ${what}, please delete ${what} before deleting the ${title(id.kind)}. ${names}`,
  );
}

function requireNoProvider(model: Model, id: ResourceId, kind: 'virtualNode' | 'virtualRouter'): void {
  const services = model.list('virtualService', id).filter(({ spec: { provider } }) => {
    const name =
      kind === 'virtualNode'
        ? provider?.virtualNode?.virtualNodeName
        : provider?.virtualRouter?.virtualRouterName;
    return name === id.name;
  });
  if (services.length === 0) return;
  const names = nameList(services.map(({ name }) => name));
  throw inUse(
    `${title(kind)} with name ${id.name} cannot be deleted because it is a VirtualService provider. VIRTUAL_SERVICE: [${names}]`,
  );
}

function requireNoTarget(model: Model, id: ResourceId): void {
  const routes = routesTo(model, id);
  if (routes.length === 0) return;
  const names = nameList(routes.map(({ parent, name }) => `${parent}/${name}`));
  throw inUse(
    `VirtualNode with name ${id.name} cannot be deleted because it is the target of one or more routes. ROUTE: [${names}]`,
  );
}

function requireNoGatewayRoute(model: Model, id: ResourceId): void {
  const routes = gatewayRoutesTo(model, id);
  if (routes.length === 0) return;
  const names = nameList(routes.map(({ parent, name }) => `${parent}/${name}`));
  throw inUse(`VirtualService ${id.name} is being referenced in the following: GATEWAY_ROUTE: [${names}]`);
}

function plural(noun: string): string {
  return noun.endsWith('y') ? `${noun.slice(0, -1)}ies` : `${noun}s`;
}

function upperSnakeCase(kind: Kind): string {
  return kind.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
}

function nameList(names: readonly string[]): string {
  const more = names.length - SHOWN;
  return `${names.slice(0, SHOWN).join(', ')}${more > 0 ? `, and ${more} more` : ''}`;
}
