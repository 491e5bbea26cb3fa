import type { ParsedFile } from '../reading/parsed.ts';
import type { Gathered, ImportContext, Left, Question, Source } from '../source.ts';
import { Open } from '../source.ts';
import type { ImportProblem } from '../place.ts';
import { isShown, readShown, type Ask, type TerraformJson } from './json.ts';
import { isRawState, readRawState } from './raw-state.ts';
import { foundFrom, type TerraformResource } from './resource.ts';

/**
 * Resources of Terraform's AWS provider: output of `terraform show -json` for a state or a plan, state files of version 4, and
 * configurations, in so far as import can evaluate these without Terraform.
 */
export const terraformSource: Source = {
  name: 'terraform',
  claims: (file) =>
    isConfiguration(file) || file.documents.some(({ value }) => isShown(value) || isRawState(value)),
  gather: async (files, context) => {
    const ask = asker(context);
    const read: TerraformJson[] = files.flatMap(({ file, documents }) =>
      documents.flatMap((document) => {
        if (isShown(document.value)) return [readShown(file, document, ask)];
        return isRawState(document.value) ? [readRawState(file, document, ask)] : [];
      }),
    );
    const configurations = files.filter(isConfiguration);
    if (configurations.length > 0) {
      const { readConfigurations } = await import('./hcl/configurations.ts');
      read.push(await readConfigurations(configurations, context));
    }
    return gathered(read);
  },
};

function isConfiguration({ file, form }: ParsedFile): boolean {
  return form === 'hcl' || /\.(?:tf|tfvars)\.json$/i.test(file);
}

function asker({ answers }: ImportContext): Ask {
  return (question: Question) => answers.take(question.key) ?? new Open([question]);
}

function gathered(read: readonly TerraformJson[]): Gathered {
  const passedOver = new Map<string, number>();
  for (const type of read.flatMap(({ others }) => others))
    passedOver.set(type, (passedOver.get(type) ?? 0) + 1);
  const left: Left[] = read.flatMap((each) => each.left);
  const problems: ImportProblem[] = read.flatMap((each) => each.problems);
  const resources: readonly TerraformResource[] = read.flatMap((each) => each.resources);
  return { resources: resources.map(foundFrom), left, problems, passedOver };
}
