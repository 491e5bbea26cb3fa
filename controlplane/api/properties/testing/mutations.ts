import { shapeNamed, type Shape } from '../../../model/api-model.ts';
import { elementPath, memberPath } from '../../validation/violation.ts';

/** A value with one fault, and the path of the fault. */
export type Mutation = { readonly path: string; readonly value: unknown };

/** Returns all mutations of a valid value with one fault: types, bounds, enumerations, members, and texts that rules refuse. */
export function mutationsOf(name: string, value: unknown, path: string): readonly Mutation[] {
  const shape = shapeNamed(name);
  const here = [...wrongHere(name, shape, value), ...(WRONG_BY_RULE[name] ?? [])];
  return [...here.map((wrong) => ({ path, value: wrong })), ...within(shape, value, path)];
}

/** By shape, values that only a rule beyond the model refuses. */
const WRONG_BY_RULE: { readonly [shape: string]: readonly unknown[] } = {
  HttpPathRegex: ['(', '(?=a)', String.raw`\1`, '((a{1,30}){1,30})', String.raw`\pL`, String.raw`\x{100}`],
  HttpPathMatch: [{ exact: '/a', regex: 'b' }],
  GatewayRouteHostnameMatch: [{ exact: 'a', suffix: 'b' }],
  HttpGatewayRoutePrefixRewrite: [{ defaultPrefix: 'DISABLED', value: '/' }],
  Hostname: [''],
  SdsSecretName: [''],
  VirtualGatewaySdsSecretName: [''],
  HttpRetryPolicyEvent: ['5xx'],
  FilePath: ['é'.repeat(200)],
  TextFormat: ['%NOPE%', '100%', '%REQ%'],
  JsonValue: ['%NOPE%'],
  ServiceName: ['', 'x'.repeat(256)],
  QueryParameterName: ['', 'é'.repeat(513)],
};

const FREE_TEXT = new Set(['TextFormat', 'JsonKey', 'JsonValue']);

function wrongHere(name: string, shape: Shape, value: unknown): readonly unknown[] {
  const { min, max } = shape;
  switch (shape.type) {
    case 'structure':
      return ['text', [], ...(shape.union === true ? [{}, ...twice(shape, value)] : [])];
    case 'list':
      return [
        {},
        ...(min !== undefined && min > 0 ? [[]] : []),
        ...(max === undefined
          ? []
          : [Array.from({ length: max + 1 }, () => (value as readonly unknown[])[0])]),
      ];
    case 'string':
      if (shape.enum !== undefined) return ['nope', 1, shape.enum[0]?.toLowerCase() + ' '];
      return [
        7,
        ...(min !== undefined && min > 0 ? [''] : []),
        ...(max === undefined ? [] : ['x'.repeat(max + 1)]),
        '\ud800',
        ...(FREE_TEXT.has(name) ? [] : ['a\u0000', 'a\n', 'a\r']),
      ];
    case 'integer':
    case 'long':
      return [
        '1',
        1.5,
        2 ** 53,
        -(2 ** 53),
        ...(min === undefined ? [] : [min - 1]),
        ...(max === undefined ? [] : [max + 1]),
      ];
    case 'boolean':
      return ['true', 1];
    case 'timestamp':
      break;
  }
  return [];
}

// A union with all of its members set, if it has several.
function twice({ members = {} }: Shape, value: unknown): readonly unknown[] {
  const all = Object.keys(members);
  return all.length < 2
    ? []
    : [{ ...Object.fromEntries(all.map((member) => [member, {}])), ...(value as object) }];
}

function within(shape: Shape, value: unknown, path: string): readonly Mutation[] {
  if (shape.type === 'list') {
    const items = value as readonly unknown[];
    return items.flatMap((item, index) =>
      mutationsOf(shape.member?.shape ?? '', item, elementPath(path, index)).map((mutation) => ({
        path: mutation.path,
        value: items.with(index, mutation.value),
      })),
    );
  }
  if (shape.type !== 'structure') return [];
  const object = value as Readonly<Record<string, unknown>>;
  const missing = (shape.required ?? []).map((member) => {
    const { [member]: gone, ...rest } = object;
    return { path: memberPath(path, member), value: gone === undefined ? object : rest };
  });
  const unknown = { path: memberPath(path, 'unknownMember'), value: { ...object, unknownMember: 1 } };
  const nested = Object.entries(object).flatMap(([member, item]) =>
    mutationsOf(shape.members?.[member]?.shape ?? '', item, memberPath(path, member)).map((mutation) => ({
      path: mutation.path,
      value: { ...object, [member]: mutation.value },
    })),
  );
  return [...missing, unknown, ...nested];
}
