import { shapeNamed, type Shape } from '../../controlplane/model/api-model.ts';
import { isObject } from './is-object.ts';
import { Open } from './source.ts';
import type { Path } from './place.ts';

/** A value in the model's spelling, and the parts of it that the model has no place for. */
export type Spelled = { readonly value: unknown; readonly strays: readonly Stray[] };

/** A part that was not matched. `path` is as the file spells it. */
export type Stray = { readonly path: Path; readonly message: string };

/** How a source writes. */
export type Spelling = {
  /** A structure may stand as a list of one element, which is that element: Terraform's blocks. */
  readonly blocks?: boolean | undefined;
};

/**
 * Brings a value to the spelling of a shape of the API's model: `HTTPRoute`, `http_route` and `httpRoute` are one member,
 * a Terraform block's singular is the model's list, and a map of texts is the model's list of keys and values. Texts become
 * the numbers and booleans that the model wants there, and the other way round, as in CloudFormation. A member that
 * matches nothing is a stray, never dropped. `null` is not given.
 */
export function spell(shape: string, value: unknown, spelling: Spelling = {}): Spelled {
  const strays: Stray[] = [];
  return { value: spelled({ strays, spelling }, shapeNamed(shape), value, []), strays };
}

type Walk = { readonly strays: Stray[]; readonly spelling: Spelling };

function spelled(walk: Walk, shape: Shape, value: unknown, path: Path): unknown {
  if (value instanceof Open) return value;
  switch (shape.type) {
    case 'structure':
      return structure(walk, shape, value, path);
    case 'list':
      return list(walk, shapeNamed(shape.member?.shape ?? ''), value, path);
    case 'string':
      return typeof value === 'number' || typeof value === 'boolean' ? String(value) : value;
    case 'integer':
    case 'long':
      return typeof value === 'string' && /^\s*-?\d+\s*$/.test(value) ? Number(value) : value;
    case 'boolean':
      return typeof value === 'string' ? (BOOLEANS[value.trim().toLowerCase()] ?? value) : value;
    case 'timestamp':
      break;
  }
  return value;
}

/** What YAML 1.1, and so CloudFormation, takes for a boolean. */
const BOOLEANS: Readonly<Record<string, boolean>> = {
  true: true,
  yes: true,
  on: true,
  false: false,
  no: false,
  off: false,
};

function structure(walk: Walk, shape: Shape, value: unknown, path: Path): unknown {
  if (walk.spelling.blocks === true && Array.isArray(value) && value.length === 1) {
    return structure(walk, shape, value[0], [...path, 0]);
  }
  // What is no structure at all is left for the check against the model, which says so.
  if (!isObject(value)) return value;
  const members = membersOf(shape);
  const out: Record<string, unknown> = {};
  for (const [name, part] of Object.entries(value)) {
    if (part === null || part === undefined) continue;
    const member = members.get(fold(name));
    const at = [...path, name];
    if (member === undefined) {
      const known = Object.keys(shape.members ?? {}).toSorted();
      walk.strays.push({ path: at, message: `no such member: it has to be one of ${known.join(', ')}` });
    } else if (Object.hasOwn(out, member)) {
      walk.strays.push({ path: at, message: `${member} stands twice, in two spellings` });
    } else {
      out[member] = spelled(walk, shapeNamed(shape.members?.[member]?.shape ?? ''), part, at);
    }
  }
  return out;
}

function list(walk: Walk, element: Shape, value: unknown, path: Path): unknown {
  const items = isObject(value) && !(value instanceof Open) && isPair(element) ? pairs(value) : value;
  if (!Array.isArray(items)) return items;
  return items.map((item: unknown, index) => spelled(walk, element, item, [...path, index]));
}

// Tags, and the attributes of an instance of Cloud Map.
function isPair({ members = {} }: Shape): boolean {
  return Object.keys(members).toSorted().join() === 'key,value';
}

function pairs(value: Readonly<Record<string, unknown>>): readonly unknown[] {
  return isPairItself(value) ? [value] : Object.entries(value).map(([key, text]) => ({ key, value: text }));
}

function isPairItself(value: object): boolean {
  return Object.keys(value).map(fold).toSorted().join() === 'key,value';
}

const memberMaps = new WeakMap<Shape, ReadonlyMap<string, string>>();

function membersOf(shape: Shape): ReadonlyMap<string, string> {
  const known = memberMaps.get(shape);
  if (known !== undefined) return known;
  const names = new Map<string, string>();
  const members = Object.entries(shape.members ?? {});
  for (const [name, { shape: target }] of members) {
    if (shapeNamed(target).type === 'list') names.set(singular(fold(name)), name);
  }
  for (const [name] of members) names.set(fold(name), name);
  memberMaps.set(shape, names);
  return names;
}

/** The spelling that all sources share: no capitals, no `_`. */
export function fold(name: string): string {
  return name.toLowerCase().replaceAll('_', '');
}

function singular(name: string): string {
  return name.replace(/s$/, '');
}
