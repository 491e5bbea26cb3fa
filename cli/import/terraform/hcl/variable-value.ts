import { Open, type Question } from '../../source.ts';
import type { Ask } from '../json.ts';
import type { EvaluateBlock } from './evaluate-block.ts';
import { partsOf } from './expressions.ts';
import type { Module } from './modules.ts';
import { withOptionalAttributes } from './optional-attributes.ts';
import { collectionFrom } from './repetition.ts';
import type { Expressions } from './syntax.ts';

/** Returns the value that a call gives to a variable; undefined if it gives none. */
export type Given = (name: string) => { readonly value: unknown } | undefined;

/** The module of a variable. `prefix`: '' in the root module. */
export type VariableSource = {
  readonly module: Module;
  readonly prefix: string;
  readonly given: Given;
  readonly evaluate: EvaluateBlock;
  readonly ask: Ask;
  /** The expressions of the files, types of variables among them. */
  readonly expressions: Expressions;
};

/**
 * Returns the value of a variable. In the order of Terraform: the argument of the call; in the root module, the answer of the user, then the
 * files with values; the default. Without any of them, an `Open` that names the question; undefined if the module has no such variable.
 */
export function variableValue(name: string, source: VariableSource): unknown {
  const value = valueOf(name, source);
  const type = source.module.variables.get(name)?.body['type'];
  const [part] = typeof type === 'string' ? partsOf(type) : [];
  const parsed =
    part !== undefined && 'expression' in part ? source.expressions.get(part.expression) : undefined;
  return parsed === undefined ? value : withOptionalAttributes(value, parsed);
}

function valueOf(name: string, { module, prefix, given, evaluate, ask }: VariableSource): unknown {
  const called = given(name);
  if (called !== undefined) return called.value;
  const body = module.variables.get(name)?.body;
  if (body === undefined) return undefined;
  const type = typeof body['type'] === 'string' ? body['type'] : '';
  const answer = prefix === '' ? typed(ask(questionOf(name)), type) : undefined;
  if (answer !== undefined && !(answer instanceof Open)) return answer;
  if (prefix === '' && name in module.values) return evaluate(module.values[name], name, []);
  if ('default' in body) return evaluate(body['default'], `${prefix}var.${name}`, []);
  return answer ?? undefined;
}

/** Returns an answer, which is text, in the type of its variable. */
function typed(answer: unknown, type: string): unknown {
  if (typeof answer !== 'string') return answer;
  if (type === '${number}' || type === 'number') return Number(answer);
  return /\b(?:list|set|tuple|map|object)\b/.test(type) ? collectionFrom(answer) : answer;
}

function questionOf(name: string): Question {
  return {
    key: name,
    why: `variable ${name} has no value`,
    flags: [`--parameter ${name}=VALUE`, `-f FILE.tfvars`],
  };
}
