import { isObject } from '../../../common/is-object.ts';
import type { Path } from '../place.ts';
import { Open } from '../source.ts';
import { FUNCTIONS } from './functions/functions.ts';
import { fault, type Stack } from './stack.ts';
import { transformMessage } from './transforms.ts';
import { FAULT, NO_VALUE, type Value } from './value.ts';

/**
 * Evaluates a part of a template. Drops members and elements that are `AWS::NoValue`. Reports faults; a value that contains
 * a fault is a fault.
 */
export function evaluate(stack: Stack, value: unknown, path: Path): Value {
  if (typeof value === 'string') return dynamic(stack, value);
  if (Array.isArray(value)) return list(stack, value, path);
  if (!isObject(value)) return value;
  const name = functionName(value);
  if (name === undefined) return structure(stack, value, path);
  const inside = [...path, name];
  const known = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
  if (known !== undefined) return known(stack, value[name], inside);
  if (name === 'Fn::Transform') return fault(stack, inside, transformMessage(value[name]));
  return fault(stack, inside, `unknown function ${name}; known: ${Object.keys(FUNCTIONS).join(', ')}`);
}

/** Returns the name of the function that an object calls; undefined for any other object. */
function functionName(value: Readonly<Record<string, unknown>>): string | undefined {
  const [name, ...others] = Object.keys(value);
  if (name === undefined || others.length > 0) return undefined;
  return name === 'Ref' || name.startsWith('Fn::') ? name : undefined;
}

function list(stack: Stack, items: readonly unknown[], path: Path): Value {
  const values = items.map((item, index) => evaluate(stack, item, [...path, index]));
  return values.includes(FAULT) ? FAULT : values.filter((each) => each !== NO_VALUE);
}

function structure(stack: Stack, members: Readonly<Record<string, unknown>>, path: Path): Value {
  const values = Object.entries(members).map(
    ([name, member]) => [name, evaluate(stack, member, [...path, name])] as const,
  );
  if (values.some(([, value]) => value === FAULT)) return FAULT;
  return Object.fromEntries(values.filter(([, value]) => value !== NO_VALUE));
}

const DYNAMIC = /\{\{resolve:[^}]*\}\}/g;

// Dynamic references to SSM parameters and secrets.
function dynamic({ answers, template }: Stack, text: string): Value {
  if (!text.includes('{{resolve:')) return text;
  const open: string[] = [];
  const resolved = text.replaceAll(DYNAMIC, (reference) => {
    const answer = answers.take(reference, template.file);
    if (answer === undefined) open.push(reference);
    return answer ?? reference;
  });
  if (open.length === 0) return resolved;
  return new Open(
    open.map((key) => ({
      key,
      why: `CloudFormation resolves ${key} at deployment`,
      flags: [`--parameter '${key}=VALUE'`],
    })),
  );
}
