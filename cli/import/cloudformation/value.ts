import { Open, type Question } from '../source.ts';

/** The value of an expression with a fault, which has been reported. */
export const FAULT: unique symbol = Symbol('fault');

/** The value of `AWS::NoValue`: the member or element is absent. */
export const NO_VALUE: unique symbol = Symbol('no value');

/** An evaluated value: JSON that may contain `Open`, or FAULT, or NO_VALUE. */
export type Value = unknown;

/** Returns the result of `make`, unless one of the values is a fault or open: then the result is too. */
export function combine(values: readonly Value[], make: () => Value): Value {
  if (values.includes(FAULT)) return FAULT;
  const questions = values.flatMap((value) => (value instanceof Open ? value.questions : []));
  return questions.length > 0 ? new Open(unique(questions)) : make();
}

function unique(questions: readonly Question[]): readonly Question[] {
  return [...new Map(questions.map((question) => [question.key, question])).values()];
}

/** Returns a scalar as a text; undefined for any other value. */
export function textOf(value: Value): string | undefined {
  return ['string', 'number', 'boolean'].includes(typeof value) ? String(value) : undefined;
}

/** Formats a value for a message. */
export function show(value: unknown): string {
  if (value instanceof Open) return 'an open value';
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}
