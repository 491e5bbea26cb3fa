import { shapeNamed, type ApiModel, type Shape } from './api-model.ts';

/** The part of JSON Schema that is used here. */
export type JsonSchema = { readonly [keyword: string]: unknown };

/** The range of an `integer` in all of AWS's SDKs: several of them cannot read larger numbers in a response. */
const INTEGER = { minimum: -(2 ** 31), maximum: 2 ** 31 - 1 };
/** The range of a `long` that JSON.parse does not round. */
const LONG = { minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER };

/** Shapes without a limit in the model that become an unsigned 32-bit count in Envoy. */
const COUNT_MAX = 2 ** 32 - 1;
const COUNTS: ReadonlySet<string> = new Set(['MaxRetries', 'OutlierDetectionMaxServerErrors']);

/**
 * Returns the JSON Schema (draft 7) of a shape and the shapes in it. It refuses unknown members, unions without exactly one member,
 * and integers that JSON.parse rounds.
 */
export function jsonSchemaOf(name: string, model: ApiModel): JsonSchema {
  const shape = shapeNamed(name, model);
  switch (shape.type) {
    case 'structure':
      return structure(shape, model);
    case 'list':
      return {
        type: 'array',
        items: jsonSchemaOf(shape.member?.shape ?? '', model),
        ...limits(shape, 'Items'),
      };
    case 'string':
      return {
        type: 'string',
        ...limits(shape, 'Length'),
        ...(shape.enum === undefined ? {} : { enum: shape.enum }),
        ...(shape.pattern === undefined ? {} : { pattern: shape.pattern }),
      };
    case 'integer':
      return {
        type: 'integer',
        minimum: shape.min ?? INTEGER.minimum,
        maximum: shape.max ?? INTEGER.maximum,
      };
    case 'long':
      return {
        type: 'integer',
        minimum: shape.min ?? LONG.minimum,
        maximum: shape.max ?? (COUNTS.has(name) ? COUNT_MAX : LONG.maximum),
      };
    case 'boolean':
      return { type: 'boolean' };
    case 'timestamp':
      break;
  }
  return { type: 'number' };
}

function structure({ members = {}, required = [], union = false }: Shape, model: ApiModel): JsonSchema {
  const properties = Object.fromEntries(
    Object.entries(members).map(([member, { shape }]) => [member, jsonSchemaOf(shape, model)]),
  );
  return {
    type: 'object',
    properties,
    required,
    additionalProperties: false,
    ...(union ? { minProperties: 1, maxProperties: 1 } : {}),
  };
}

function limits({ min, max }: Shape, what: 'Length' | 'Items'): JsonSchema {
  return {
    ...(min === undefined ? {} : { [`min${what}`]: min }),
    ...(max === undefined ? {} : { [`max${what}`]: max }),
  };
}
