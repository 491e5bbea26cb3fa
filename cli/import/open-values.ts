import type { ApiKind } from '../../controlplane/mesh/resource.ts';
import type { Json } from '../client/client.ts';
import { Open, type Found, type Question } from './source.ts';
import type { Path, Place } from './place.ts';

/** The key of the question that `--account` answers. */
export const ACCOUNT_KEY = 'AWS::AccountId';
/** The key of the question that `--region` answers. */
export const REGION_KEY = 'AWS::Region';

/** An open value of a resource. `path` is in the model's spelling; an empty path means the existence of the resource. */
export type OpenValue = {
  readonly question: Question;
  readonly place: Place;
  readonly kind: ApiKind;
  readonly path: Path;
};

/** A question, and the open values that it answers. */
export type Asked = { readonly question: Question; readonly values: readonly OpenValue[] };

/** Returns the open values of an input. */
export function openValuesIn(input: Json, { kind, place, condition }: Found): readonly OpenValue[] {
  const found: OpenValue[] = [];
  const walk = (value: unknown, path: Path): void => {
    if (value instanceof Open) {
      found.push(...value.questions.map((question) => ({ question, place, kind, path })));
    } else if (typeof value === 'object' && value !== null) {
      for (const [name, part] of Object.entries(value)) walk(part, [...path, name]);
    }
  };
  walk(condition, []);
  walk(input, []);
  return found;
}

/** Returns each question once, in the order of the open values. */
export function questionsOf(values: readonly OpenValue[]): readonly Asked[] {
  const asked = new Map<string, Asked>();
  for (const value of values) {
    const { question } = value;
    const before = asked.get(question.key);
    asked.set(question.key, {
      question: before?.question ?? question,
      values: [...(before?.values ?? []), value],
    });
  }
  return [...asked.values()];
}
