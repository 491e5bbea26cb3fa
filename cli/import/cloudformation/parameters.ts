import { isObject } from '../../../common/is-object.ts';
import { Open, type Question } from '../source.ts';
import { fault, once, type Stack } from './stack.ts';
import { textOf, type Value } from './value.ts';

/**
 * Returns the value of a parameter: from the nesting stack, the answers, `describe-stacks`, or the default, in this order. A
 * parameter of a list type is a list.
 */
export function parameterValue(stack: Stack, name: string): Value {
  const path = ['Parameters', name];
  return once(stack, `parameter ${name}`, path, () => {
    const declared = stack.template.parameters[name];
    const { Type: type, Default: standard, AllowedValues: allowed } = isObject(declared) ? declared : {};
    const kind = typeof type === 'string' ? type : 'String';
    if (kind.startsWith('AWS::SSM::Parameter::Value')) return stored(stack, name, kind);
    const value = given(stack, name) ?? textOrList(standard);
    if (value === undefined) return new Open([unanswered(stack, name)]);
    const text = textOf(value);
    if (text === undefined) return value;
    if (Array.isArray(allowed) && !allowed.some((each) => String(each) === text)) {
      return fault(
        stack,
        path,
        `parameter ${name} is ${JSON.stringify(text)}; allowed: ${allowed.join(', ')}`,
      );
    }
    return isList(kind) ? listOf(text) : text;
  });
}

// A nested stack takes its parameters from the stack that nests it.
function given(stack: Stack, name: string): Value {
  const { answers, template, described, prefix } = stack;
  if (stack.given !== undefined) return stack.given(name) ?? answers.take(`${prefix}${name}`);
  return answers.take(name, template.file) ?? described?.parameters.get(name);
}

// The given value names an SSM parameter, which holds the actual value.
function stored(stack: Stack, name: string, kind: string): Value {
  const key = `${name}.ResolvedValue`;
  const value = stack.answers.take(key, stack.template.file) ?? stack.described?.resolved.get(name);
  if (value !== undefined)
    return kind.includes('<List<') || kind.includes('CommaDelimited') ? listOf(value) : value;
  return new Open([
    {
      key,
      why: `parameter ${name} names an SSM parameter, whose value is unknown`,
      flags: [`--parameter ${key}=VALUE`, '--outputs FILE'],
    },
  ]);
}

function unanswered({ given: outer, prefix }: Stack, name: string): Question {
  const why = `parameter ${name} has no value`;
  if (outer === undefined) return { key: name, why, flags: [`--parameter ${name}=VALUE`] };
  const key = `${prefix}${name}`;
  return { key, why: `the nesting stack passes no ${name}`, flags: [`--parameter ${key}=VALUE`] };
}

function textOrList(value: unknown): Value {
  return Array.isArray(value) ? value.map(String) : textOf(value);
}

function isList(kind: string): boolean {
  return kind === 'CommaDelimitedList' || kind.startsWith('List<');
}

function listOf(text: string): readonly string[] {
  return text === '' ? [] : text.split(',').map((each) => each.trim());
}
