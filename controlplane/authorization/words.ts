import type { AccessRule, Caller, HttpAccess, UnauthenticatedRule } from '../model/daybreak-types.ts';

/** Describes a rule for known callers: `virtual node a; ports 80; GET /public/…`. An absent list is any, an empty one none. */
export function describeRule({ from, ports, http }: AccessRule): string {
  return joined([
    listed(from, 'any proxy of the mesh', 'no proxy', describeCaller),
    ...conditions(ports, http),
  ]);
}

/** Describes a rule for callers without an identity of the mesh. */
export function describeOpenRule({ cidrs, ports, http }: UnauthenticatedRule): string {
  return joined([listed(cidrs, 'any address', 'no address', String), ...conditions(ports, http)]);
}

function conditions(ports: AccessRule['ports'], http: AccessRule['http']): readonly string[] {
  return [
    ...(ports === undefined ? [] : [listed(ports, '', 'no port', (port) => `port ${port}`)]),
    ...(http === undefined ? [] : [listed(http, '', 'no request', describeHttp)]),
  ];
}

function describeCaller({ virtualNode, virtualGateway, spiffeId }: Caller): string {
  if (virtualNode !== undefined) return `virtual node ${virtualNode.virtualNodeName}`;
  return virtualGateway === undefined
    ? `certificate of ${spiffeId}`
    : `virtual gateway ${virtualGateway.virtualGatewayName}`;
}

function describeHttp({ methods, path }: HttpAccess): string {
  const method = listed(methods, 'any method', 'no method', String);
  if (path === undefined) return `${method} on any path`;
  return path.exact === undefined
    ? `${method} on paths that begin with ${path.prefix}`
    : `${method} on ${path.exact}`;
}

function listed<T>(
  items: readonly T[] | undefined,
  any: string,
  none: string,
  describe: (item: T) => string,
): string {
  if (items === undefined) return any;
  return items.length === 0 ? none : items.map(describe).join(' or ');
}

function joined(parts: readonly string[]): string {
  return parts.join('; ');
}
