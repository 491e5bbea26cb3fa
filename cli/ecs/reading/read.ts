import { isObject } from '../../../common/is-object.ts';
import type { ParsedDocument, ParsedFile } from '../../import/reading/parsed.ts';
import { isTemplate } from '../../import/cloudformation/template.ts';
import { withHint } from '../../import/kubernetes/hint.ts';
import type { ImportProblem } from '../../import/place.ts';
import type { ImportContext } from '../../import/source.ts';
import { isShown } from '../../import/terraform/json.ts';
import { isRawState } from '../../import/terraform/raw-state.ts';
import type { Given, Read } from './given.ts';
import { templateDefinitions } from './templates.ts';
import { configurationDefinitions } from './configurations.ts';
import { terraformDefinitions } from './terraform.ts';

/**
 * Reads the task definitions of a file: an input of RegisterTaskDefinition, an answer of DescribeTaskDefinition, or the
 * AWS::ECS::TaskDefinition resources of a CloudFormation template and of the templates that it nests, or the aws_ecs_task_definition
 * resources in output of `terraform show -json`, in a state file of Terraform, or in a configuration.
 */
export async function readDefinitions(file: ParsedFile, context: ImportContext): Promise<Read> {
  if (file.problems.length > 0) return { given: [], problems: withHint(file) };
  if (file.form === 'hcl') return configurationDefinitions(file, context);
  if (file.documents.some(({ value }) => isTemplate(value))) return templateDefinitions(file, context);
  const [first] = file.documents;
  if (first !== undefined && (isShown(first.value) || isRawState(first.value)))
    return terraformDefinitions(file.file, first);
  const given = file.documents.flatMap((document) => definitionsIn(file.file, document));
  if (given.length > 0) return { given, problems: given.flatMap(placeholders) };
  const place = { file: file.file, line: 1, id: '' };
  const isPart = file.documents.some(({ value }) => hasContainers(value));
  return { given, problems: [{ place, message: isPart ? `${FORMS}; ${PART}` : FORMS }] };
}

/** The entries of `containerDefinitions` that are texts, in the template of a script that puts containers there. */
function placeholders({ definition, place }: Given): readonly ImportProblem[] {
  const containers: readonly unknown[] = definition['containerDefinitions'] as unknown[];
  return containers.flatMap((each, index) =>
    typeof each === 'string'
      ? [{ place, message: `containerDefinitions[${index}]: ${JSON.stringify(each)} ${PLACEHOLDER}` }]
      : [],
  );
}

const PLACEHOLDER =
  'is not a container: this is a template, to be filled in first, or give what describe-task-definition prints';

/** Whether a value is a container definition, or a list of them: the file of an `aws_ecs_task_definition` in Terraform. */
function hasContainers(value: unknown): boolean {
  const first: unknown = Array.isArray(value) ? value[0] : value;
  return isObject(first) && typeof first['image'] === 'string' && typeof first['name'] === 'string';
}

const FORMS =
  'not a task definition: it has to be an input of register-task-definition, an answer of describe-task-definition, a CloudFormation template with AWS::ECS::TaskDefinition, output of `terraform show -json`, a state file of Terraform, or a file of a Terraform configuration';
const PART =
  'the file has only container definitions: write {"family": NAME, "containerDefinitions": [...]}, or let Terraform fill them in: `terraform show -json`';

// A list is what render itself prints for several.
function definitionsIn(file: string, { value, line, lineAt }: ParsedDocument): readonly Given[] {
  const given = Array.isArray(value)
    ? value.map((each: unknown, index) => definitionIn(file, each, lineAt([index])))
    : [definitionIn(file, value, line)];
  return given.includes(undefined) ? [] : given.flatMap((each) => each ?? []);
}

function definitionIn(file: string, value: unknown, line: number): Given | undefined {
  if (!isObject(value)) return undefined;
  const isAnswer = isObject(value['taskDefinition']);
  const { taskDefinition, tags } = value;
  // In an answer, the tags stand beside the definition.
  const hasTags = isAnswer && Array.isArray(tags) && tags.length > 0;
  const definition = isObject(taskDefinition) ? { ...taskDefinition, ...(hasTags ? { tags } : {}) } : value;
  if (!Array.isArray(definition['containerDefinitions'])) return undefined;
  const { family } = definition;
  return { name: typeof family === 'string' ? family : '', place: { file, line, id: '' }, definition };
}
