import type { ParsedFile } from '../reading/parsed.ts';
import type { ImportProblem } from '../place.ts';
import type { Gathered, ImportContext, Left, Source } from '../source.ts';
import { kindOfType } from './app-mesh.ts';
import { isByProduct, manifestIn } from './cdk.ts';
import { STACK_TYPE } from './nested.ts';
import { readOutputs } from './outputs.ts';
import { resourcesOf } from './resources.ts';
import { tell, type Stack } from './stack.ts';
import { rootStack, type Shared } from './stacks.ts';
import { templateSet } from './template-set.ts';
import { isTemplate, placeIn, resourceNamed } from './template.ts';
import { describeTransform, mayChange } from './transforms.ts';

/**
 * CloudFormation templates in JSON and YAML, and the output of CDK. template-set.ts finds the templates, and stacks.ts makes a
 * stack of each. evaluate.ts and functions/ evaluate values on demand, across stacks through exports and outputs.
 * resources.ts selects the App Mesh resources.
 */
export const cloudFormationSource: Source = {
  name: 'cloudformation',
  claims: (file) =>
    file.documents.some(({ value }) => isTemplate(value)) ||
    manifestIn(file) !== undefined ||
    isByProduct(file),
  gather,
};

async function gather(files: readonly ParsedFile[], context: ImportContext): Promise<Gathered> {
  const set = await templateSet(files, context.read);
  const problems: ImportProblem[] = [];
  const exports: Shared['exports'] = { stacks: [], answers: readOutputs(context.outputs), index: undefined };
  const shared: Shared = { set, context, exports, problems, underway: [] };
  for (const { template, synthesized } of set.roots) rootStack(shared, template, synthesized);
  const gathered = exports.stacks.filter(isReadable).map(resourcesOf);
  const missing = exports.stacks.flatMap((stack) => missingTemplates(stack, set.nestedIn(stack.template)));
  return {
    resources: gathered.flatMap((each) => each.resources),
    left: [...set.left, ...missing, ...gathered.flatMap((each) => each.left)],
    problems,
    passedOver: countOf(gathered.flatMap((each) => each.passedOver)),
  };
}

// A macro may change any part of the template. Templates without App Mesh resources may have one.
function isReadable(stack: Stack): boolean {
  const { template } = stack;
  const transform = template.transforms.find(mayChange);
  const types = Object.keys(template.resources).map((id) => resourceNamed(template, id)?.type ?? '');
  if (transform === undefined || !types.some((type) => kindOfType(type) !== undefined)) return true;
  tell(stack, ['Transform'], describeTransform(transform));
  return false;
}

function missingTemplates(stack: Stack, nested: ReadonlyMap<string, unknown>): readonly Left[] {
  return [...nested].flatMap(([id, template]) =>
    template === undefined
      ? [
          {
            place: placeIn(stack.template, ['Resources', id], stack.prefix),
            reason: 'the template of this nested stack is not among the files',
          },
        ]
      : [],
  );
}

function countOf(types: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const type of types) if (type !== STACK_TYPE) counts.set(type, (counts.get(type) ?? 0) + 1);
  return new Map([...counts].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
