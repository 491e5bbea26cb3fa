import { isObject } from '../../../../common/is-object.ts';
import type { Path } from '../../place.ts';
import { Open } from '../../source.ts';
import { fault, once, type Stack, type TemplateFunction } from '../stack.ts';
import { combine, FAULT, NO_VALUE, show, textOf, type Value } from '../value.ts';

/** Evaluates a condition of the template: a boolean, or open, or a fault. `path` leads to the reference. */
export function holds(stack: Stack, name: string, path: Path): Value {
  const { conditions } = stack.template;
  if (!Object.hasOwn(conditions, name)) {
    const known = Object.keys(conditions).join(', ') || 'none';
    return fault(stack, path, `there is no condition ${name}; the template has ${known}`);
  }
  const own = ['Conditions', name];
  return once(stack, `condition ${name}`, path, () => truth(stack, conditions[name], own));
}

/** `Fn::If`. Evaluates only the value that the condition selects. */
export const ifElse: TemplateFunction = (stack, argument, path) => {
  if (!Array.isArray(argument) || argument.length !== 3 || typeof argument[0] !== 'string') {
    return fault(stack, path, `Fn::If takes the name of a condition and two values; got ${show(argument)}`);
  }
  const condition = holds(stack, argument[0], [...path, 0]);
  if (condition === FAULT || condition instanceof Open) return condition;
  const branch = condition === true ? 1 : 2;
  return stack.evaluate(argument[branch], [...path, branch]);
};

/** `Fn::Equals`, a comparison of texts. */
export const equals: TemplateFunction = (stack, argument, path) => {
  if (!Array.isArray(argument) || argument.length !== 2) {
    return fault(stack, path, `Fn::Equals takes two values; got ${show(argument)}`);
  }
  const values = argument.map((each: unknown, index) => stack.evaluate(each, [...path, index]));
  return combine(values, () => {
    const [a, b] = values.map((each) => textOf(each) ?? JSON.stringify(each));
    return a === b;
  });
};

/** `Fn::And`. False if one condition is false, even if others are open. */
export const and: TemplateFunction = (stack, argument, path) => all(stack, argument, path, false);

/** `Fn::Or`. True if one condition is true, even if others are open. */
export const or: TemplateFunction = (stack, argument, path) => all(stack, argument, path, true);

/** `Fn::Not`. */
export const not: TemplateFunction = (stack, argument, path) => {
  const [only] = Array.isArray(argument) && argument.length === 1 ? (argument as unknown[]) : [];
  if (only === undefined) return fault(stack, path, `Fn::Not takes one condition; got ${show(argument)}`);
  const value = truth(stack, only, [...path, 0]);
  return combine([value], () => value !== true);
};

function all(stack: Stack, argument: unknown, path: Path, decisive: boolean): Value {
  if (!Array.isArray(argument) || argument.length === 0) {
    return fault(stack, path, `Fn::And and Fn::Or take a list of conditions; got ${show(argument)}`);
  }
  const values = argument.map((each: unknown, index) => truth(stack, each, [...path, index]));
  if (values.includes(FAULT)) return FAULT;
  return values.includes(decisive) ? decisive : combine(values, () => !decisive);
}

// Within conditions, `Condition: NAME` refers to another condition.
function truth(stack: Stack, value: unknown, path: Path): Value {
  if (isObject(value) && typeof value['Condition'] === 'string') {
    return holds(stack, value['Condition'], [...path, 'Condition']);
  }
  const result = stack.evaluate(value, path);
  if (result === FAULT || result instanceof Open) return result;
  const text = textOf(result);
  if (text === 'true' || text === 'false') return text === 'true';
  return fault(stack, path, `${result === NO_VALUE ? 'AWS::NoValue' : show(result)} is not a condition`);
}
