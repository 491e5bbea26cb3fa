import { Open } from '../../source.ts';
import { fault, type TemplateFunction } from '../stack.ts';
import { combine, FAULT, show } from '../value.ts';

/** `Fn::Length` of AWS::LanguageExtensions. */
export const length: TemplateFunction = (stack, argument, path) => {
  const list = stack.evaluate(argument, path);
  return combine([list], () =>
    Array.isArray(list) ? list.length : fault(stack, path, `Fn::Length takes a list; got ${show(list)}`),
  );
};

/** `Fn::ToJsonString` of AWS::LanguageExtensions. An open value within makes the whole text open. */
export const toJsonString: TemplateFunction = (stack, argument, path) => {
  const value = stack.evaluate(argument, path);
  if (value === FAULT) return FAULT;
  return combine(openIn(value), () => JSON.stringify(value));
};

function openIn(value: unknown): readonly Open[] {
  if (value instanceof Open) return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(openIn) : [];
}
