import type { Kind } from '../../controlplane/mesh/resource.ts';
import type { Json } from '../client/client.ts';
import { Open, type Found, type Question } from './source.ts';
import type { Path, Place } from './place.ts';

/** The key of the question whose account it is, which `--account` answers. */
export const ACCOUNT_KEY = 'AWS::AccountId';

/** An open value of a resource. `path` is as the API's model spells it; empty where it is whether the resource exists. */
export type OpenValue = {
  readonly question: Question;
  readonly place: Place;
  readonly kind: Kind;
  readonly path: Path;
};

/** A question, and all that it is asked for. */
export type Asked = { readonly question: Question; readonly values: readonly OpenValue[] };

/** The values of an input that nobody gave. */
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

/** Each question once, in the order in which they were met. */
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
