import type { Path } from '../../place.ts';
import { fault, type TemplateFunction } from '../stack.ts';
import { combine, show, textOf, type Value } from '../value.ts';

/** `Fn::Join`. */
export const join: TemplateFunction = (stack, argument, path) => {
  const [separator, items] = twoOf(argument);
  if (typeof separator !== 'string')
    return fault(stack, path, `Fn::Join takes a text and a list; got ${show(argument)}`);
  const list = stack.evaluate(items, [...path, 1]);
  return combine(listOf(list), () => {
    const texts = Array.isArray(list) ? list.map(textOf) : undefined;
    if (texts === undefined || texts.includes(undefined)) {
      return fault(stack, [...path, 1], `Fn::Join takes a list of texts; got ${show(list)}`);
    }
    return texts.join(separator);
  });
};

/** `Fn::Split`. */
export const split: TemplateFunction = (stack, argument, path) => {
  const [separator, text] = twoOf(argument);
  const value = stack.evaluate(text, [...path, 1]);
  return combine([value], () => {
    const whole = textOf(value);
    if (typeof separator === 'string' && separator !== '' && whole !== undefined)
      return whole.split(separator);
    return fault(stack, path, `Fn::Split takes a separator and a text; got ${show([separator, value])}`);
  });
};

/** `Fn::Select`: an element of a list, by index from 0. */
export const select: TemplateFunction = (stack, argument, path) => {
  const [at, items] = twoOf(argument);
  const index = stack.evaluate(at, [...path, 0]);
  const list = stack.evaluate(items, [...path, 1]);
  return combine([index, list], () => {
    const element =
      Array.isArray(list) && /^\d+$/.test(textOf(index) ?? '') ? (list[Number(index)] as Value) : undefined;
    if (element !== undefined) return element;
    return fault(
      stack,
      path,
      `Fn::Select takes an index and a list that is long enough; got ${show([index, list])}`,
    );
  });
};

/** `Fn::Base64`. */
export const base64: TemplateFunction = (stack, argument, path: Path) => {
  const value = stack.evaluate(argument, path);
  return combine([value], () => {
    const text = textOf(value);
    if (text === undefined) return fault(stack, path, `Fn::Base64 takes a text; got ${show(value)}`);
    return Buffer.from(text).toString('base64');
  });
};

/** Returns the elements of a list; any other value as the only element. */
export function listOf(value: Value): readonly Value[] {
  return Array.isArray(value) ? (value as Value[]) : [value];
}

function twoOf(argument: unknown): readonly [unknown, unknown] {
  const [first, second] = Array.isArray(argument) && argument.length === 2 ? (argument as unknown[]) : [];
  return [first, second];
}
