import type { Kind, Specs } from '../../mesh/resource.ts';
import { shapeNamed } from '../../model/api-model.ts';
import { BETA_MODEL } from '../../model/beta-model.ts';

/** A JSON object. */
type Json = Readonly<Record<string, unknown>>;

/**
 * Converts a beta specification to the current API. It must have passed the beta's model. Not for virtual routers: their
 * `serviceNames` are separate resources in the current API.
 */
export function toCurrentSpec(kind: Kind, spec: Json): Json {
  return kind === 'virtualNode' ? toCurrentNode(spec) : spec;
}

/**
 * Converts a specification to the beta API, without the members that the beta cannot express. Not for virtual routers.
 */
export function toBetaSpec<K extends Kind>(kind: K, spec: Specs[K]): Json {
  const shape = SHAPES[kind];
  // A mesh has no specification in the beta.
  if (shape === undefined) return {};
  const renamed = kind === 'virtualNode' ? toBetaNode(spec as Specs['virtualNode']) : spec;
  return only(shape, renamed) as Json;
}

/** Returns the paths of the members that the beta API cannot express, which an update through it would therefore remove. */
export function inexpressible<K extends Kind>(kind: K, spec: Specs[K]): readonly string[] {
  if (kind === 'virtualRouter') return [];
  return missing(spec, toCurrentSpec(kind, toBetaSpec(kind, spec)), 'spec');
}

/** Keeps only the members of a value that the beta's shape of that name has. */
export function only(shapeName: string, value: unknown): unknown {
  const { type, members = {}, member } = shapeNamed(shapeName, BETA_MODEL);
  if (value === undefined) return undefined;
  if (type === 'list') return (value as readonly unknown[]).map((item) => only(member?.shape ?? '', item));
  if (type !== 'structure') return value;
  const known = Object.entries(members).flatMap(([name, { shape }]) => {
    const kept = only(shape, (value as Json)[name]);
    return kept === undefined ? [] : [[name, kept] as const];
  });
  return Object.fromEntries(known);
}

const SHAPES: { readonly [K in Kind]?: string } = { virtualNode: 'VirtualNodeSpec', route: 'RouteSpec' };

function toCurrentNode({ backends, serviceDiscovery, ...others }: Json): Json {
  const names = backends as readonly string[] | undefined;
  const dns = (serviceDiscovery as Json | undefined)?.['dns'] as { serviceName?: string } | undefined;
  return {
    ...others,
    ...(names === undefined
      ? {}
      : { backends: names.map((virtualServiceName) => ({ virtualService: { virtualServiceName } })) }),
    ...(serviceDiscovery === undefined
      ? {}
      : { serviceDiscovery: dns === undefined ? {} : { dns: renameKey(dns, 'serviceName', 'hostname') } }),
  };
}

function toBetaNode({ backends, serviceDiscovery, ...others }: Specs['virtualNode']): Json {
  const { dns } = serviceDiscovery ?? {};
  return {
    ...others,
    ...(backends === undefined
      ? {}
      : { backends: backends.flatMap(({ virtualService }) => virtualService?.virtualServiceName ?? []) }),
    ...(dns === undefined ? {} : { serviceDiscovery: { dns: renameKey(dns, 'hostname', 'serviceName') } }),
  };
}

function renameKey(object: object, from: string, to: string): Json {
  return Object.fromEntries(
    Object.entries(object).map(([name, value]) => [name === from ? to : name, value]),
  );
}

// The paths at which `after` lacks a value that `before` has; both are JSON.
function missing(before: unknown, after: unknown, path: string): readonly string[] {
  if (typeof before !== 'object' || before === null) return before === after ? [] : [path];
  if (typeof after !== 'object' || after === null) return [path];
  return Object.entries(before).flatMap(([name, value]) => {
    const step = Array.isArray(before) ? `${Number(name) + 1}.member` : name;
    return missing(value, (after as Json)[name], `${path}.${step}`);
  });
}
