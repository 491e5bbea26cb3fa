import { Open, type Question } from '../source.ts';

/** What a value is where something is wrong with it, which has been told. */
export const FAULT: unique symbol = Symbol('fault');

/** `AWS::NoValue`: the member, or the element, is not there. */
export const NO_VALUE: unique symbol = Symbol('no value');

/** A value that was evaluated: JSON, with `Open` where nobody said it, or one of the two above. */
export type Value = unknown;

/** What `make` makes of values, unless one of them is at fault, is not there, or is open: then so is the outcome. */
export function combine(values: readonly Value[], make: () => Value): Value {
  if (values.includes(FAULT)) return FAULT;
  const questions = values.flatMap((value) => (value instanceof Open ? value.questions : []));
  return questions.length > 0 ? new Open(unique(questions)) : make();
}

function unique(questions: readonly Question[]): readonly Question[] {
  return [...new Map(questions.map((question) => [question.key, question])).values()];
}

/** A scalar as CloudFormation writes it into a text; undefined for anything else. */
export function textOf(value: Value): string | undefined {
  return ['string', 'number', 'boolean'].includes(typeof value) ? String(value) : undefined;
}

/** A value as it is told in a message. */
export function show(value: unknown): string {
  if (value instanceof Open) return 'an open value';
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}
