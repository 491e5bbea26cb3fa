import { isDeepStrictEqual } from 'node:util';
import { isObject } from './is-object.ts';

/** A part of a value that another form cannot express, and its path. */
export type Amendment = { readonly path: readonly (string | number)[]; readonly value: unknown };

/** Returns the parts to put into `had`, the value after a round trip through another form, so that it equals `wanted`. Ignores order. */
export function amendmentsFor(
  wanted: unknown,
  had: unknown,
  path: Amendment['path'] = [],
): readonly Amendment[] {
  if (isDeepStrictEqual(wanted, had)) return [];
  if (Array.isArray(wanted) && Array.isArray(had) && wanted.length === had.length && !arePairs(wanted)) {
    return wanted.flatMap((each: unknown, index) => amendmentsFor(each, had[index], [...path, index]));
  }
  if (arePairs(wanted) && arePairs(had) && isDeepStrictEqual(sorted(wanted as Pairs), sorted(had as Pairs)))
    return [];
  if (isObject(wanted) && isObject(had) && Object.keys(had).every((name) => name in wanted)) {
    return Object.entries(wanted).flatMap(([name, part]) => amendmentsFor(part, had[name], [...path, name]));
  }
  return [{ path, value: wanted }];
}

/** Returns a value with its amendments applied. */
export function amended(value: unknown, amendments: readonly Amendment[]): unknown {
  return amendments.reduce((before, { path, value: part }) => put(before, path, part), value);
}

/** Returns whether a value is a list of amendments. */
export function areAmendments(value: unknown): value is readonly Amendment[] {
  return (
    Array.isArray(value) &&
    value.every((each) => isObject(each) && Array.isArray(each['path']) && 'value' in each)
  );
}

function put(into: unknown, [step, ...rest]: Amendment['path'], part: unknown): unknown {
  if (step === undefined) return part;
  if (typeof step === 'number') {
    const list: readonly unknown[] = Array.isArray(into) ? into : [];
    // An element that no longer exists needs no amendment.
    return list.map((each, index) => (index === step ? put(each, rest, part) : each));
  }
  const members = isObject(into) ? into : {};
  return { ...members, [step]: put(members[step], rest, part) };
}

function arePairs(value: unknown): boolean {
  if (!Array.isArray(value)) return false;
  const keys = value.map((each) =>
    isObject(each) && Object.keys(each).toSorted().join() === 'key,value' ? each['key'] : undefined,
  );
  return !keys.includes(undefined) && new Set(keys).size === keys.length;
}

type Pairs = readonly { readonly key: string }[];

function sorted(pairs: Pairs): readonly unknown[] {
  return pairs.toSorted((a, b) => (a.key < b.key ? -1 : 1));
}
