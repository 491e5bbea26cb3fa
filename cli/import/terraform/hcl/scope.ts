import { isObject } from '../../is-object.ts';
import type { Path } from '../../place.ts';
import { Open, type Question } from '../../source.ts';
import { questionAt, type Ask } from '../json.ts';
import { literalIn, partsOf, referenceIn, stepInto } from './expressions.ts';
import { folderOfCall, type Module } from './modules.ts';

/** An instance of a module: one call of it, or the root module. */
export type Scope = {
  /** The prefix of addresses: `module.shop.`, '' in the root module. */
  readonly prefix: string;
  readonly module: Module;
  /** Evaluates a value of a block; `address` and `path` name it in questions. */
  readonly evaluate: (value: unknown, address: string, path: Path) => unknown;
  readonly output: (name: string) => unknown;
  readonly children: ReadonlyMap<string, Scope>;
};

/** Creates the scope of a module and of the modules that it calls. `given`: the call's value of a variable. */
export function scopeOf(
  module: Module,
  modules: ReadonlyMap<string, Module>,
  ask: Ask,
  prefix = '',
  given: (name: string) => { readonly value: unknown } | undefined = () => undefined,
): Scope {
  const running = new Set<string>();
  const once = (key: string, work: () => unknown): unknown => {
    if (running.has(key)) return undefined;
    running.add(key);
    try {
      return work();
    } finally {
      running.delete(key);
    }
  };
  const children = new Map<string, Scope>();
  const resolve = (steps: readonly (string | number)[]): unknown => {
    const [first, second, ...rest] = steps;
    if (typeof second !== 'string') return undefined;
    if (first === 'var')
      return stepInto(
        once(`var.${second}`, () => variable(second)),
        rest,
      );
    if (first === 'local') {
      const local = module.locals.get(second);
      return (
        local &&
        stepInto(
          once(`local.${second}`, () => evaluate(local.value, `${prefix}local.${second}`, [])),
          rest,
        )
      );
    }
    if (first === 'module') {
      const [output, ...inner] = rest;
      const child = children.get(second);
      return child && typeof output === 'string'
        ? stepInto(
            once(steps.join('.'), () => child.output(output)),
            inner,
          )
        : undefined;
    }
    return once(steps.join('.'), () => attribute(`${first}.${second}`, rest));
  };
  const variable = (name: string): unknown => {
    const called = given(name);
    if (called !== undefined) return called.value;
    const body = module.variables.get(name)?.body;
    if (body === undefined) return undefined;
    const type = typeof body['type'] === 'string' ? body['type'] : '';
    const answer = prefix === '' ? answered(questionOf(name), type) : undefined;
    if (answer !== undefined && !(answer instanceof Open)) return answer;
    if (prefix === '' && name in module.values) return evaluate(module.values[name], name, []);
    if ('default' in body) return evaluate(body['default'], `${prefix}var.${name}`, []);
    return answer ?? undefined;
  };
  const answered = (question: Question, type: string): unknown => {
    const answer = ask(question);
    return typeof answer === 'string' && /number/.test(type) ? Number(answer) : answer;
  };
  // The provider's id of a mesh is its name.
  const attribute = (key: string, [name, ...rest]: readonly (string | number)[]): unknown => {
    const resource = module.resources.get(key);
    if (resource === undefined || typeof name !== 'string') return undefined;
    const member = key.startsWith('aws_appmesh_mesh.') && name === 'id' ? 'name' : name;
    if (!(member in resource.body) || 'for_each' in resource.body || 'count' in resource.body)
      return undefined;
    return stepInto(evaluate(resource.body[member], `${prefix}${key}`, [member]), rest);
  };
  const evaluate = (value: unknown, address: string, path: Path): unknown => {
    if (typeof value === 'string') return text(value, address, path);
    if (Array.isArray(value))
      return value.map((each: unknown, index) => evaluate(each, address, [...path, index]));
    if (!isObject(value) || value instanceof Open) return value;
    const members = Object.entries(value).map(([name, part]) => [
      keyOf(name, address, path),
      evaluate(part, address, [...path, name]),
    ]);
    return Object.fromEntries(members) as unknown;
  };
  // Evaluates a key of a map; an unknown key stays as written.
  const keyOf = (name: string, address: string, path: Path): string => {
    const key = text(name, address, path);
    return typeof key === 'string' ? key : name;
  };
  const text = (value: string, address: string, path: Path): unknown => {
    const parts = partsOf(value).map((part) => {
      if ('literal' in part) return part.literal;
      const found = literalIn(part.expression)?.value ?? reference(part.expression);
      return found === undefined ? ask(unknownAt(address, path, part.expression)) : found;
    });
    const [only] = parts;
    if (parts.length === 1 && only !== undefined) return only;
    const open = parts.filter((part) => part instanceof Open);
    if (open.length > 0) return new Open(open.flatMap(({ questions }) => questions));
    return parts.every((part) => ['string', 'number', 'boolean'].includes(typeof part))
      ? parts.join('')
      : ask(unknownAt(address, path, value));
  };
  const reference = (expression: string): unknown => {
    const steps = referenceIn(expression);
    return steps === undefined ? undefined : resolve(steps);
  };
  for (const [name, call] of module.calls) {
    const folder = folderOfCall(module, call);
    const target = folder === undefined ? undefined : modules.get(folder);
    if (target === undefined || target === module || 'for_each' in call.body || 'count' in call.body)
      continue;
    const address = `${prefix}module.${name}`;
    const said = (variableName: string): { readonly value: unknown } | undefined =>
      variableName in call.body
        ? { value: evaluate(call.body[variableName], address, [variableName]) }
        : undefined;
    children.set(name, scopeOf(target, modules, ask, `${address}.`, said));
  }
  const output = (name: string): unknown => {
    const body = module.outputs.get(name)?.body;
    return body === undefined ? undefined : evaluate(body['value'], `${prefix}output.${name}`, []);
  };
  return { prefix, module, evaluate, output, children };
}

function questionOf(name: string): Question {
  return {
    key: name,
    why: `variable ${name} has no value`,
    flags: [`--parameter ${name}=VALUE`, `-f FILE.tfvars`],
  };
}

function unknownAt(address: string, path: Path, expression: string): Question {
  const { key, flags } = questionAt(address, path, '');
  return {
    key,
    why: `\${${expression}} is not evaluated here`,
    flags: [...flags, 'what terraform show -json prints, imported instead'],
  };
}
