import { isObject } from '../../../../common/is-object.ts';
import { fault, type TemplateFunction } from '../stack.ts';
import { combine, show, textOf } from '../value.ts';

/** `Fn::FindInMap`. Evaluates the map's name and both keys. `{"DefaultValue": …}` may follow, with AWS::LanguageExtensions. */
export const findInMap: TemplateFunction = (stack, argument, path) => {
  const [map, first, second, extra] = Array.isArray(argument) ? (argument as unknown[]) : [];
  const isWhole = second !== undefined && (extra === undefined || isObject(extra));
  if (!isWhole || (argument as unknown[]).length > 4) {
    return fault(stack, path, `Fn::FindInMap takes a map and two keys; got ${show(argument)}`);
  }
  const steps = [map, first, second].map((each, index) => stack.evaluate(each, [...path, index]));
  return combine(steps, () => {
    let value: unknown = stack.template.mappings;
    for (const [index, step] of steps.entries()) {
      const key = textOf(step);
      if (key === undefined || !isObject(value) || !Object.hasOwn(value, key)) {
        if (extra !== undefined && 'DefaultValue' in extra)
          return stack.evaluate(extra['DefaultValue'], [...path, 3, 'DefaultValue']);
        const known = isObject(value) ? Object.keys(value).join(', ') : '';
        return fault(stack, [...path, index], `unknown key ${show(step)}; known: ${known || 'none'}`);
      }
      value = value[key];
    }
    return value;
  });
};
