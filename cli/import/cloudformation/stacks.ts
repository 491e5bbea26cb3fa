import type { ImportProblem } from '../place.ts';
import type { ImportContext } from '../source.ts';
import { evaluate } from './evaluate.ts';
import { isObject } from '../../../common/is-object.ts';
import type { TemplateSet } from './template-set.ts';
import { tell, type Exports, type Stack, type StackEnvironment } from './stack.ts';
import { resourceNamed, type Template } from './template.ts';

import type { SynthesizedStack } from './cdk.ts';

/** The state that all stacks of an import share. */
export type Shared = {
  readonly set: TemplateSet;
  readonly context: ImportContext;
  readonly exports: Exports;
  readonly problems: ImportProblem[];
  readonly underway: Stack['underway'];
};

/** Creates the stack of a template that no other nests, and the stacks nested in it. */
export function rootStack(
  shared: Shared,
  template: Template,
  synthesized: SynthesizedStack | undefined,
): Stack {
  const { answers } = shared.context;
  const name = answers.take('AWS::StackName', template.file) ?? synthesized?.name;
  const described = shared.exports.answers.stacks.find((each) => each.name === name);
  const [, , , region, account] = described?.id.split(':') ?? [];
  const environment = {
    account: synthesized?.account ?? account ?? shared.context.account,
    region: synthesized?.region ?? region ?? shared.context.region,
    name,
  };
  return makeStack(shared, { template, prefix: '', environment, given: undefined, described }, []);
}

type Own = Pick<Stack, 'template' | 'prefix' | 'environment' | 'given' | 'described'>;

function makeStack(shared: Shared, own: Own, around: readonly Template[]): Stack {
  const { exports, problems, underway, context } = shared;
  const stack: Stack = {
    ...own,
    answers: context.answers,
    exports,
    problems,
    underway,
    nested: new Map(),
    known: new Map(),
    evaluate: (value, path) => evaluate(stack, value, path),
  };
  exports.stacks.push(stack);
  for (const [id, template] of shared.set.nestedIn(own.template)) {
    if (template === undefined) continue;
    if (template === own.template || around.includes(template)) {
      tell(stack, ['Resources', id], `circular nesting of ${template.file}`);
    } else stack.nested.set(id, nestedStack(shared, stack, id, template, [...around, own.template]));
  }
  return stack;
}

function nestedStack(
  shared: Shared,
  outer: Stack,
  id: string,
  template: Template,
  around: readonly Template[],
): Stack {
  const properties = resourceNamed(outer.template, id)?.properties ?? {};
  const parameters = isObject(properties['Parameters']) ? properties['Parameters'] : {};
  const path = ['Resources', id, 'Properties', 'Parameters'];
  // CloudFormation generates the name of a nested stack.
  const environment: StackEnvironment = { ...outer.environment, name: undefined };
  const given: Stack['given'] = (name) => {
    if (!Object.hasOwn(parameters, name)) return undefined;
    const value = outer.evaluate(parameters[name], [...path, name]);
    return Array.isArray(value) ? value.join(',') : value;
  };
  return makeStack(
    shared,
    { template, prefix: `${outer.prefix}${id}/`, environment, given, described: undefined },
    around,
  );
}
