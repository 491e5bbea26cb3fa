import * as fc from 'fast-check';
import { API_MODEL, shapeNamed, type ApiModel, type Shape } from '../../model/api-model.ts';

/** Texts that occur in specifications, so that some of what is made up passes, and those that break things. */
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
 * Values of a shape for property tests: mostly right, each part of it wrong with a small chance (`slips` in 100).
 */
export function anyOf(shape: string, slips: number, model: ApiModel = API_MODEL): fc.Arbitrary<unknown> {
  const right = rightValue(shapeNamed(shape, model), slips, model);
  if (slips === 0) return right;
  return fc.oneof({ arbitrary: right, weight: 100 - slips }, { arbitrary: fc.jsonValue(), weight: slips });
}

function rightValue(shape: Shape, slips: number, model: ApiModel): fc.Arbitrary<unknown> {
  switch (shape.type) {
    case 'structure':
      return structure(shape, slips, model);
    case 'list':
      return fc.array(anyOf(shape.member?.shape ?? '', slips, model), {
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
  slips: number,
  model: ApiModel,
): fc.Arbitrary<unknown> {
  const values = Object.fromEntries(
    Object.entries(members).map(([name, { shape }]) => [name, anyOf(shape, slips, model)]),
  );
  if (union) {
    return fc.oneof(
      ...Object.entries(values).map(([name, value]) => value.map((member) => ({ [name]: member }))),
    );
  }
  return fc.record(values, { requiredKeys: [...required] });
}
