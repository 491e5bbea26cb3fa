import { importedValue } from '../exports.ts';
import { attribute, reference } from '../names.ts';
import { fault, type TemplateFunction } from '../stack.ts';
import { combine, show, textOf } from '../value.ts';

/** `Ref`: a parameter, a pseudo parameter, or a resource. */
export const ref: TemplateFunction = (stack, argument, path) => {
  if (typeof argument !== 'string') return fault(stack, path, `Ref takes a name; got ${show(argument)}`);
  return reference(stack, argument, path);
};

/** `Fn::GetAtt`: a list of two, or `A.B`. Evaluates the attribute's name. */
export const getAtt: TemplateFunction = (stack, argument, path) => {
  const [id, name] = halves(argument);
  if (typeof id !== 'string' || name === undefined) {
    return fault(stack, path, `Fn::GetAtt takes a resource and an attribute; got ${show(argument)}`);
  }
  const value = stack.evaluate(name, [...path, 1]);
  return combine([value], () => attribute(stack, id, textOf(value) ?? show(value), path));
};

/** `Fn::ImportValue`: an export of another stack. */
export const importValue: TemplateFunction = (stack, argument, path) => {
  const value = stack.evaluate(argument, path);
  return combine([value], () => {
    const name = textOf(value);
    if (name === undefined) return fault(stack, path, `Fn::ImportValue takes a name; got ${show(value)}`);
    return importedValue(stack, name, path);
  });
};

function halves(argument: unknown): readonly [unknown, unknown] {
  if (typeof argument === 'string') {
    const dot = argument.indexOf('.');
    return dot === -1 ? [argument, undefined] : [argument.slice(0, dot), argument.slice(dot + 1)];
  }
  const [id, name] = Array.isArray(argument) && argument.length === 2 ? (argument as unknown[]) : [];
  return [id, name];
}
