import { holds } from '../../import/cloudformation/functions/conditions.ts';
import { readOutputs } from '../../import/cloudformation/outputs.ts';
import type { Stack } from '../../import/cloudformation/stack.ts';
import { rootStack, type Shared } from '../../import/cloudformation/stacks.ts';
import { templateSet } from '../../import/cloudformation/template-set.ts';
import { placeIn, resourceNamed } from '../../import/cloudformation/template.ts';
import { isObject } from '../../../common/is-object.ts';
import type { ImportProblem } from '../../import/place.ts';
import type { ParsedFile } from '../../import/reading/parsed.ts';
import type { ImportContext } from '../../import/source.ts';
import type { Given, Read } from './given.ts';
import { inApiSpelling } from './spelling.ts';

const TYPE = 'AWS::ECS::TaskDefinition';

/**
 * Evaluates the task definitions of a template. A value that the template does not give is an `Open`. A definition without a
 * family, for which CloudFormation makes up a name, has its logical id.
 */
export async function templateDefinitions(file: ParsedFile, context: ImportContext): Promise<Read> {
  const problems: ImportProblem[] = [];
  const exports: Shared['exports'] = { stacks: [], answers: readOutputs(context.outputs), index: undefined };
  const set = await templateSet([file], context.read);
  const shared: Shared = { set, context, exports, problems, underway: [] };
  for (const { template, synthesized } of set.roots) rootStack(shared, template, synthesized);
  const given = exports.stacks.flatMap((stack) =>
    Object.keys(stack.template.resources).flatMap((id) => definitionNamed(stack, id) ?? []),
  );
  return { given, problems };
}

function definitionNamed(stack: Stack, id: string): Given | undefined {
  const resource = resourceNamed(stack.template, id);
  if (resource?.type !== TYPE) return undefined;
  const path = ['Resources', id];
  const { condition } = resource;
  if (condition !== undefined && holds(stack, condition, [...path, 'Condition']) === false) return undefined;
  const properties = stack.evaluate(resource.properties, [...path, 'Properties']);
  // A fault, which has been reported.
  if (!isObject(properties)) return undefined;
  const definition = { family: id, ...inApiSpelling(properties) };
  return { name: `${stack.prefix}${id}`, place: placeIn(stack.template, path, stack.prefix), definition };
}
