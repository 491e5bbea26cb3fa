import { CommandError } from '../errors.ts';
import { cloudFormationSource } from './cloudformation/cloudformation.ts';
import { isTemplate } from './cloudformation/template.ts';
import { describeSource } from './describe/describe.ts';
import { withHint } from './kubernetes/hint.ts';
import { kubernetesSource } from './kubernetes/kubernetes.ts';
import { mentionsAppMesh, SYNTAX, type InputFile } from './reading/files.ts';
import type { ParsedDocument } from './reading/parsed.ts';
import type { Gathered, Left, Source, SourceName } from './source.ts';
import type { ImportProblem } from './place.ts';
import { serviceConnectSource } from './service-connect/service-connect.ts';
import { terraformSource } from './terraform/terraform.ts';

/** All forms, in the order in which they may claim a file: those with an unmistakable mark first. */
const SOURCES: readonly Source[] = [
  cloudFormationSource,
  terraformSource,
  kubernetesSource,
  serviceConnectSource,
  describeSource,
];

/** The files of each source, and those that no source claims. */
export type Sorted = {
  readonly bySource: ReadonlyMap<Source, readonly InputFile[]>;
  readonly unclaimed: Pick<Gathered, 'left' | 'problems'>;
};

/**
 * Assigns files to sources; with `from`, only to that one.
 * @throws CommandError if import cannot read the form of `from`
 */
export function sortFiles(files: readonly InputFile[], from: SourceName | undefined): Sorted {
  const sources = SOURCES.filter(({ name }) => from === undefined || name === from);
  if (sources.length === 0) throw new CommandError(`import cannot read ${from} yet`);
  const bySource = new Map<Source, InputFile[]>();
  const left: Left[] = [];
  const problems: ImportProblem[] = [];
  for (const read of files) {
    const { file, repeats } = strict(read);
    left.push(...repeats);
    problems.push(...(mayBeMeant(file) ? withHint(file) : []));
    const source = sources.find(({ claims }) => claims(file));
    const place = { file: file.file, line: 1, id: '' };
    if (source !== undefined) bySource.set(source, [...(bySource.get(source) ?? []), file]);
    else if (file.problems.length > 0 && !mayBeMeant(file)) {
      left.push({
        place,
        reason: `${SYNTAX}: ${file.problems[0]?.message}`,
        group: SYNTAX,
      });
    } else if (file.problems.length === 0 && file.named) problems.push({ place, message: NOTHING });
    else if (file.problems.length === 0)
      left.push(
        RESOURCES.test(file.text) ? { place, reason: MENTION } : { place, reason: NOTHING, group: NOTHING },
      );
  }
  return { bySource, unclaimed: { left, problems } };
}

const NOTHING = `not a form that import reads: ${SOURCES.map(({ name }) => name).join(', ')}`;
/** Types of resources of App Mesh, which values of charts and the like do not have. */
const RESOURCES = /AWS::AppMesh::|aws_appmesh_|appmesh\.k8s\.aws\//;
const MENTION = `it mentions resources of App Mesh, and is ${NOTHING}`;

// An unreadable file in a folder counts only if its text mentions resources of App Mesh.
function mayBeMeant({ named, text }: InputFile): boolean {
  return named || mentionsAppMesh(text);
}

// CloudFormation takes the last of two equal keys of a map. Elsewhere, a document with such keys is not read: kubectl refuses it.
function strict(file: InputFile): { readonly file: InputFile; readonly repeats: readonly Left[] } {
  const isLoose = ({ value, repeats = [] }: ParsedDocument): boolean =>
    repeats.length === 0 || isTemplate(value);
  const documents = file.documents.filter(isLoose);
  const refused = file.documents.filter((each) => !isLoose(each)).flatMap(({ repeats = [] }) => repeats);
  return {
    file: { ...file, documents, problems: [...file.problems, ...refused] },
    repeats: documents
      .flatMap(({ repeats = [] }) => repeats)
      .map(({ place, message }) => ({ place, reason: `${message}: CloudFormation takes the last one` })),
  };
}
