import { isObject } from '../../is-object.ts';
import { fault, type TemplateFunction } from '../stack.ts';
import { combine, show, textOf } from '../value.ts';

/** `Fn::FindInMap`: the map, the key and the member may be values themselves. */
export const findInMap: TemplateFunction = (stack, argument, path) => {
  if (!Array.isArray(argument) || argument.length !== 3) {
    return fault(stack, path, `Fn::FindInMap takes a map and two keys, and has ${show(argument)}`);
  }
  const steps = argument.map((each: unknown, index) => stack.evaluate(each, [...path, index]));
  return combine(steps, () => {
    let value: unknown = stack.template.mappings;
    for (const [index, step] of steps.entries()) {
      const key = textOf(step);
      if (key === undefined || !isObject(value) || !Object.hasOwn(value, key)) {
        const known = isObject(value) ? Object.keys(value).join(', ') : '';
        return fault(
          stack,
          [...path, index],
          `${show(step)} is not among ${known || 'the maps: there are none'}`,
        );
      }
      value = value[key];
    }
    return value;
  });
};
