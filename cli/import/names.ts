import { shapeNamed, type Shape } from '../../controlplane/model/api-model.ts';
import { isObject } from '../../common/is-object.ts';
import { Open } from './source.ts';
import type { Path } from './place.ts';

/** A value in the model's spelling, and its parts that match no member of the model. */
export type Spelled = { readonly value: unknown; readonly strays: readonly Stray[] };

/** A part that matches no member. `path` is in the spelling of the file. */
export type Stray = { readonly path: Path; readonly message: string };

/** How a form writes structures. */
export type Spelling = {
  /** A list of one element may stand for that element, as Terraform's blocks do. */
  readonly blocks?: boolean | undefined;
};

/**
 * Converts a value to the spelling of a shape of the API's model: `HTTPRoute`, `http_route` and `httpRoute` are the same
 * member, a Terraform block's singular is the model's list, and a map of texts is the model's list of keys and values. Texts
 * become numbers and booleans if the model wants those, and the reverse, as in CloudFormation. A member that matches nothing
 * is returned as a stray, never dropped. `null` counts as not given.
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

/** The booleans of YAML 1.1, and so of CloudFormation. */
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
  // The check against the model reports any other type.
  if (!isObject(value)) return value;
  const members = membersOf(shape);
  const out: Record<string, unknown> = {};
  for (const [name, part] of Object.entries(value)) {
    if (part === null || part === undefined) continue;
    const member = members.get(fold(name));
    const at = [...path, name];
    if (member === undefined) {
      const known = Object.keys(shape.members ?? {}).toSorted();
      walk.strays.push({ path: at, message: `unknown member; known: ${known.join(', ')}` });
    } else if (Object.hasOwn(out, member)) {
      walk.strays.push({ path: at, message: `the member ${member} occurs twice, in different spellings` });
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

// Tags, and the attributes of a Cloud Map instance.
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

/** Returns the form in which spellings are compared: no capitals, no `_`. */
export function fold(name: string): string {
  return name.toLowerCase().replaceAll('_', '');
}

function singular(name: string): string {
  return name.replace(/s$/, '');
}
