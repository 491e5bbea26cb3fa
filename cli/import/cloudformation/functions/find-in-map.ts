import { isObject } from '../../../../common/is-object.ts';
import { fault, type TemplateFunction } from '../stack.ts';
import { combine, show, textOf } from '../value.ts';

/** `Fn::FindInMap`. Evaluates the map's name and both keys. */
export const findInMap: TemplateFunction = (stack, argument, path) => {
  if (!Array.isArray(argument) || argument.length !== 3) {
    return fault(stack, path, `Fn::FindInMap takes a map and two keys; got ${show(argument)}`);
  }
  const steps = argument.map((each: unknown, index) => stack.evaluate(each, [...path, index]));
  return combine(steps, () => {
    let value: unknown = stack.template.mappings;
    for (const [index, step] of steps.entries()) {
      const key = textOf(step);
      if (key === undefined || !isObject(value) || !Object.hasOwn(value, key)) {
        const known = isObject(value) ? Object.keys(value).join(', ') : '';
        return fault(stack, [...path, index], `unknown key ${show(step)}; known: ${known || 'none'}`);
      }
      value = value[key];
    }
    return value;
  });
};
