import * as fc from 'fast-check';
import { shapeNamed } from '../../../model/api-model.ts';
import { textOf } from './arbitrary-texts.ts';

/** Arbitraries that replace the model's for members of a structure; `undefined`: the member is always absent. */
export type MemberArbitraries = Readonly<Record<string, fc.Arbitrary<unknown> | undefined>>;

/** Arbitraries by shape. */
export type ValidValues = {
  /** Values of a shape that the API must accept. `members`: for a structure. */
  readonly value: (shape: string, members?: MemberArbitraries) => fc.Arbitrary<unknown>;
  /** A structure with the required members and any of the others. */
  readonly structure: (shape: string, members?: MemberArbitraries) => fc.Arbitrary<Record<string, unknown>>;
};

/** Arbitraries of shapes that a further rule restricts. */
export type Overrides = { readonly [shape: string]: (valid: ValidValues) => fc.Arbitrary<unknown> };

/** Returns arbitraries from the overrides, and from the model for all other shapes. */
export function modelValues(overrides: Overrides): ValidValues {
  const value: ValidValues['value'] = (name, given) => {
    const shape = shapeNamed(name);
    const override = overrides[name];
    if (override !== undefined && given === undefined) return override({ value, structure });
    switch (shape.type) {
      case 'structure':
        return shape.union === true ? union(name, given) : structure(name, given);
      case 'list':
        return fc.array(value(shape.member?.shape ?? ''), {
          minLength: shape.min ?? 0,
          maxLength: Math.min(shape.max ?? 3, (shape.min ?? 0) + 3),
        });
      case 'string':
        if (shape.enum !== undefined) return fc.constantFrom(...shape.enum);
        return textOf(shape.min ?? 1, shape.max ?? 255);
      case 'integer':
        return wholeNumber(shape.min ?? -(2 ** 31), shape.max ?? 2 ** 31 - 1);
      case 'long':
        return wholeNumber(shape.min ?? Number.MIN_SAFE_INTEGER, shape.max ?? 2 ** 32 - 1);
      case 'boolean':
        return fc.boolean();
      case 'timestamp':
        break;
    }
    throw new Error(`a specification has no ${shape.type}`);
  };

  const structure: ValidValues['structure'] = (name, given) =>
    fc.record(members(name, given), { requiredKeys: [...(shapeNamed(name).required ?? [])] });

  const union = (name: string, given?: MemberArbitraries): fc.Arbitrary<unknown> =>
    fc.oneof(
      ...Object.entries(members(name, given)).map(([member, arbitrary]) =>
        arbitrary.map((item) => ({ [member]: item })),
      ),
    );

  const members = (name: string, given: MemberArbitraries = {}): Record<string, fc.Arbitrary<unknown>> => {
    const all = Object.entries(shapeNamed(name).members ?? {}).flatMap(([member, { shape }]) => {
      const arbitrary = member in given ? given[member] : value(shape);
      return arbitrary === undefined ? [] : [[member, arbitrary] as const];
    });
    return Object.fromEntries(all);
  };
  return { value, structure };
}

/** Returns numbers between two bounds; both bounds are frequent. */
export function wholeNumber(min: number, max: number): fc.Arbitrary<number> {
  return fc.oneof(
    { weight: 3, arbitrary: fc.integer({ min, max }) },
    { weight: 1, arbitrary: fc.constantFrom(min, max) },
  );
}
