import * as fc from 'fast-check';
import { API_MODEL, shapeNamed, type ApiModel, type Shape } from '../../model/api-model.ts';

/** Texts from specifications, so that some generated values pass, and texts that often cause faults. */
const TEXTS = [
  'a',
  'white',
  '/',
  '/a',
  'teller.local',
  '',
  '\n',
  '\ud800',
  '(',
  '%',
  '%PROTOCOL%',
  '__proto__',
  'x'.repeat(256),
];

/**
 * Returns arbitrary values of a shape: mostly valid; each part is invalid with a probability of `faultRate` per cent.
 */
export function anyOf(shape: string, faultRate: number, model: ApiModel = API_MODEL): fc.Arbitrary<unknown> {
  const valid = validValue(shapeNamed(shape, model), faultRate, model);
  if (faultRate === 0) return valid;
  return fc.oneof(
    { arbitrary: valid, weight: 100 - faultRate },
    { arbitrary: fc.jsonValue(), weight: faultRate },
  );
}

function validValue(shape: Shape, faultRate: number, model: ApiModel): fc.Arbitrary<unknown> {
  switch (shape.type) {
    case 'structure':
      return structure(shape, faultRate, model);
    case 'list':
      return fc.array(anyOf(shape.member?.shape ?? '', faultRate, model), {
        minLength: shape.min ?? 0,
        maxLength: Math.min(shape.max ?? 3, 3),
      });
    case 'string':
      if (shape.enum !== undefined) return fc.constantFrom(...shape.enum);
      return fc.oneof(
        fc.constantFrom(...TEXTS),
        fc.string({ minLength: shape.min ?? 0, maxLength: Math.min(shape.max ?? 20, 20) }),
      );
    case 'integer':
    case 'long':
      return fc.integer({ min: shape.min ?? -1000, max: Math.min(shape.max ?? 1000, 2 ** 31 - 1) });
    case 'boolean':
      return fc.boolean();
    case 'timestamp':
      return fc.double();
  }
  return fc.constant(undefined);
}

function structure(
  { members = {}, required = [], union = false }: Shape,
  faultRate: number,
  model: ApiModel,
): fc.Arbitrary<unknown> {
  const values = Object.fromEntries(
    Object.entries(members).map(([name, { shape }]) => [name, anyOf(shape, faultRate, model)]),
  );
  if (union) {
    return fc.oneof(
      ...Object.entries(values).map(([name, value]) => value.map((member) => ({ [name]: member }))),
    );
  }
  return fc.record(values, { requiredKeys: [...required] });
}
