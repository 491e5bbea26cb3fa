import { CommandError } from '../errors.ts';
import { cloudFormationSource } from './cloudformation/cloudformation.ts';
import { describeSource } from './describe/describe.ts';
import { withHint } from './kubernetes/hint.ts';
import { kubernetesSource } from './kubernetes/kubernetes.ts';
import type { InputFile } from './reading/files.ts';
import type { Gathered, Left, Source, SourceName } from './source.ts';
import type { ImportProblem } from './place.ts';
import { serviceConnectSource } from './service-connect/service-connect.ts';
import { terraformSource } from './terraform/terraform.ts';

/** All forms, in the order in which files are shown to them: the ones with an unmistakable mark first. */
const SOURCES: readonly Source[] = [
  cloudFormationSource,
  terraformSource,
  kubernetesSource,
  serviceConnectSource,
  describeSource,
];

/** Which files each source is given, and what becomes of those that are none's. */
export type Sorted = {
  readonly bySource: ReadonlyMap<Source, readonly InputFile[]>;
  readonly unclaimed: Pick<Gathered, 'left' | 'problems'>;
};

/**
 * Finds out what each file is; with `from`, whether it is of that form.
 * @throws CommandError where a form is not known
 */
export function sortFiles(files: readonly InputFile[], from: SourceName | undefined): Sorted {
  const sources = SOURCES.filter(({ name }) => from === undefined || name === from);
  if (sources.length === 0) throw new CommandError(`import cannot read ${from} yet`);
  const bySource = new Map<Source, InputFile[]>();
  const left: Left[] = [];
  const problems: ImportProblem[] = [];
  for (const file of files) {
    problems.push(...(mayBeMeant(file) ? withHint(file) : []));
    const source = sources.find(({ claims }) => claims(file));
    const place = { file: file.file, line: 1, id: '' };
    if (source !== undefined) bySource.set(source, [...(bySource.get(source) ?? []), file]);
    else if (file.problems.length > 0 && !mayBeMeant(file)) {
      left.push({
        place,
        reason: `it cannot be read, and says nothing of App Mesh: ${file.problems[0]?.message}`,
      });
    } else if (file.problems.length === 0 && file.named) problems.push({ place, message: NOTHING });
    else if (file.problems.length === 0) left.push({ place, reason: NOTHING });
  }
  return { bySource, unclaimed: { left, problems } };
}

const NOTHING = `it is none of the forms that import knows: ${SOURCES.map(({ name }) => name).join(', ')}`;

// Of what cannot be read, a file that says nothing of App Mesh is none of ours, unless it was named.
function mayBeMeant({ named, text }: InputFile): boolean {
  return named || /app-?mesh|meshName|mesh_name/i.test(text);
}
