import { title } from '../../mesh/names.ts';
import type { Kind } from '../../mesh/resource.ts';
import { shapeNamed } from '../../model/api-model.ts';
import { DAYBREAK_MODEL } from '../../model/daybreak-model.ts';

/**
 * Returns every leaf of a kind's specification, from the API model: `listeners[].portMapping.port`, and for an enumeration one leaf
 * per value: `egressFilter.type=DROP_ALL`. A list of values is `ports[]`.
 */
export function leavesOf(kind: Kind): readonly string[] {
  return leaves(`${title(kind)}Spec`, '');
}

function leaves(name: string, path: string): readonly string[] {
  const { type, members = {}, member, enum: values } = shapeNamed(name, DAYBREAK_MODEL);
  if (type === 'list') return leaves(member?.shape ?? '', `${path}[]`);
  if (type === 'structure') {
    return Object.entries(members).flatMap(([key, { shape }]) =>
      leaves(shape, path === '' ? key : `${path}.${key}`),
    );
  }
  return values === undefined ? [path] : values.map((value) => `${path}=${value}`);
}

/**
 * An occurrence of a leaf: its path, and the specification with other values in its place; without the leaf if no
 * other value exists.
 */
export type Occurrence = { readonly leaf: string; readonly others: readonly unknown[] };

/** Returns every leaf of a specification, in its order. */
export function occurrences(kind: Kind, spec: unknown): readonly Occurrence[] {
  return found(`${title(kind)}Spec`, '', spec);
}

function found(name: string, path: string, value: unknown): readonly Occurrence[] {
  const { type, members = {}, member, enum: values } = shapeNamed(name, DAYBREAK_MODEL);
  if (type === 'list') {
    const items = value as readonly unknown[];
    return items.flatMap((item, index) =>
      found(member?.shape ?? '', `${path}[]`, item).map(({ leaf, others }) => ({
        leaf,
        others: others.map((other) => items.toSpliced(index, 1, ...(other === undefined ? [] : [other]))),
      })),
    );
  }
  if (type === 'structure') {
    const object = value as Readonly<Record<string, unknown>>;
    return Object.entries(object).flatMap(([key, item]) =>
      found(members[key]?.shape ?? '', path === '' ? key : `${path}.${key}`, item).map(
        ({ leaf, others }) => ({ leaf, others: others.map((other) => ({ ...object, [key]: other })) }),
      ),
    );
  }
  if (values === undefined) return [{ leaf: path, others: [another(value)] }];
  const rest = values.filter((each) => each !== value);
  return [{ leaf: `${path}=${String(value)}`, others: rest.length > 0 ? rest : [undefined] }];
}

function another(value: unknown): unknown {
  if (typeof value === 'number') return value + 1;
  return typeof value === 'boolean' ? !value : `${String(value)}x`;
}
