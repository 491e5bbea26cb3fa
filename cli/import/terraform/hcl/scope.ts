import type { Ask } from '../json.ts';
import type { Resolve } from './evaluate.ts';
import { blockEvaluator, type EvaluateBlock } from './evaluate-block.ts';
import type { Step } from './expression.ts';
import { instancesValue, Lazy, Reference, stepInto, UNKNOWN, unknownResource } from './lazy.ts';
import { folderOfCall, type Block, type Module } from './modules.ts';
import { referenceValue } from './reference-value.ts';
import { instancesOf, NO_BINDINGS, suffixOf, type Instance, type Instances } from './repetition.ts';
import type { Expressions } from './syntax.ts';
import { variableValue, type Given } from './variable-value.ts';

/** Inputs that all scopes of an import share. */
export type World = {
  readonly modules: ReadonlyMap<string, Module>;
  readonly expressions: Expressions;
  readonly ask: Ask;
  /** The values of `--account` and `--region`. */
  readonly account: string | undefined;
  readonly region: string | undefined;
};

/** An instance of a module: one call of it, or the root module. */
export type Scope = {
  /** The prefix of addresses: `module.shop.`, '' in the root module. */
  readonly prefix: string;
  readonly module: Module;
  /** Evaluates a value of a block; `address` and `path` name it in questions. */
  readonly evaluate: EvaluateBlock;
  /** The instances of a resource or of a call. `address`: without the key of an instance. */
  readonly instancesOf: (block: Block, address: string) => Instances;
  readonly output: (name: string) => unknown;
  /** The scopes of a called module, an instance each; undefined if its files are elsewhere. */
  readonly children: (call: string) => Children | undefined;
};

/** The scopes of a call by the keys of its instances, or why they are not known. */
export type Children =
  | { readonly kind: 'known'; readonly scopes: ReadonlyMap<Step | undefined, Scope> }
  | Exclude<Instances, { readonly kind: 'known' }>;

/** Creates the scope of a module. `given`: the call's value of a variable. */
export function scopeOf(module: Module, world: World, prefix = '', given: Given = () => undefined): Scope {
  const once = createOnce();

  const valueAt: Resolve = ([first = '', ...rest], bindings) => {
    if (typeof first === 'string' && bindings.has(first)) return stepInto(bindings.get(first), rest);
    const [second, ...inner] = rest;
    if (typeof second !== 'string') return UNKNOWN;
    if (first === 'data' && typeof inner[0] === 'string')
      return stepInto(resourceValue(`data.${second}.${inner[0]}`), inner.slice(1));
    return stepInto(
      once(`${first}.${second}`, () => named(String(first), second)),
      inner,
    );
  };
  // A value that only AWS or another configuration knows is one question, however often the files refer to it.
  const resolve: Resolve = (steps, bindings) => {
    const value = valueAt(steps, bindings);
    return value instanceof Reference ? referenceValue(value.address, module, world) : value;
  };
  const evaluate = blockEvaluator(world, resolve, { keepsResources: false });
  const evaluateNamed = blockEvaluator(world, resolve, { keepsResources: true });
  const named = (first: string, second: string): unknown => {
    if (first === 'var') return variableValue(second, { ...world, module, prefix, given, evaluate });
    if (first === 'module') return moduleValue(second);
    if (first === 'terraform') return new Reference(`terraform.${second}`);
    if (NOT_RESOURCES.has(first)) return UNKNOWN;
    if (first !== 'local') return resourceValue(`${first}.${second}`);
    const local = module.locals.get(second);
    return local && evaluateNamed(local.value, `${prefix}local.${second}`, []);
  };
  const resourceValue = (key: string): unknown => {
    const resource = module.resources.get(key) ?? module.data.get(key);
    if (resource === undefined) return unknownResource(`${prefix}${key}`);
    const { body } = resource;
    return valueOf(instancesIn(resource, `${prefix}${key}`), ({ key: own, bindings }) => {
      const address = `${prefix}${key}${suffixOf(own)}`;
      return new Lazy((name) => {
        // The provider's id of a mesh is its name.
        const member = /^(?:data\.)?aws_appmesh_mesh\./.test(key) && name === 'id' ? 'name' : String(name);
        if (!(member in body)) return stepInto(unknownResource(address), [name]);
        return once(`${address}.${member}`, () => evaluate(body[member], address, [member], bindings));
      });
    });
  };
  const moduleValue = (name: string): unknown => {
    const children = childrenOf(name);
    if (children === undefined) return unknownResource(`${prefix}module.${name}`);
    const scopes = children.kind === 'known' ? children.scopes : undefined;
    return valueOf(callInstances(children), ({ key }) => {
      const child = scopes?.get(key);
      return new Lazy((output) => once(`${child?.prefix}${output}`, () => child?.output(String(output))));
    });
  };

  const instancesIn = ({ body }: Block, address: string): Instances =>
    instancesOf(body, (name) => evaluate(body[name], address, [name]));
  const childrenOf = createChildren({ module, world, prefix, evaluate: evaluateNamed, instancesIn });
  const output = (name: string): unknown => {
    const body = module.outputs.get(name)?.body;
    return body === undefined ? undefined : evaluateNamed(body['value'], `${prefix}output.${name}`, []);
  };
  return { prefix, module, evaluate, instancesOf: instancesIn, output, children: childrenOf };
}

/** The parts of a scope that its calls need. `evaluate`: keeps resources that an argument passes as a whole. */
type Calling = Pick<Scope, 'module' | 'prefix' | 'evaluate'> & {
  readonly world: World;
  readonly instancesIn: Scope['instancesOf'];
};

/** Returns a function with the scopes of the modules that a module calls. Each is made once. */
function createChildren({ module, world, prefix, evaluate, instancesIn }: Calling): Scope['children'] {
  const made = new Map<string, Children>();

  const childrenIn = (call: Block, target: Module, address: string): Children => {
    const found = instancesIn(call, address);
    if (found.kind !== 'known') return found;
    const scopes = found.instances.map(({ key, bindings }) => {
      const own = `${address}${suffixOf(key)}`;
      const said: Given = (variableName) =>
        variableName in call.body
          ? { value: evaluate(call.body[variableName], own, [variableName], bindings) }
          : undefined;
      return [key, scopeOf(target, world, `${own}.`, said)] as const;
    });
    return { kind: 'known', scopes: new Map(scopes) };
  };

  return (name) => {
    const call = module.calls.get(name);
    const folder = call && folderOfCall(module, call);
    const target = folder === undefined ? undefined : world.modules.get(folder);
    if (call === undefined || target === undefined || target === module) return undefined;
    const children = made.get(name) ?? childrenIn(call, target, `${prefix}module.${name}`);
    made.set(name, children);
    return children;
  };
}

/** The first names of references that are no resources, where they have no value: `path.module`, or `each.key` without `for_each`. */
const NOT_RESOURCES = new Set(['count', 'each', 'ephemeral', 'path', 'self']);

/** Returns a function that evaluates the value of each key once. A value that depends on itself, which Terraform refuses, is unknown. */
function createOnce(): (key: string, work: () => unknown) => unknown {
  const values = new Map<string, unknown>();
  return (key, work) => {
    if (values.has(key)) return values.get(key);
    values.set(key, UNKNOWN);
    const value = work();
    values.set(key, value);
    return value;
  };
}

/** The value of a resource or call: its only instance, or its instances by their keys. */
function valueOf(found: Instances, lazy: (instance: Instance) => Lazy): unknown {
  if (found.kind === 'open') return found.open;
  if (found.kind === 'wrong') return UNKNOWN;
  const [first] = found.instances;
  if (first !== undefined && first.key === undefined) return lazy(first);
  return instancesValue(new Map(found.instances.map((each) => [each.key ?? '', lazy(each)])));
}

function callInstances(children: Children): Instances {
  if (children.kind !== 'known') return children;
  const keys = [...children.scopes.keys()];
  return { kind: 'known', instances: keys.map((key) => ({ key, bindings: NO_BINDINGS })) };
}
