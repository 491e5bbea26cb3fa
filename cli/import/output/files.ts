import { KINDS } from '../../../controlplane/mesh/resource.ts';
import { escapeName, shorten } from '../../export/file-names.ts';
import type { Document, Origin } from '../../resources/document.ts';
import {
  documentOf,
  formatDocuments,
  formatValue,
  type DocumentForm,
} from '../../resources/write-documents.ts';

/** A file to write: its name within the folder, and its text. */
export type OutputFile = { readonly name: string; readonly text: string };

/** The first line of each output file, by which import recognises its own files. */
export const MARK = '# Written by daybreak import.';

/** Formats documents as files, one per mesh and kind: `colors.virtualNode.yaml`. Parents come before children. */
export function outputFiles(documents: readonly Document[]): readonly OutputFile[] {
  // A file system may ignore case: meshes whose names differ only in case share a file.
  const groups = Map.groupBy(inOrder(documents), (document) => nameOf(document).toLowerCase());
  return [...groups.values()].map((group) => ({
    name: group[0] === undefined ? '' : nameOf(group[0]),
    text: `${MARK}\n${stream(group)}`,
  }));
}

/** Formats all documents as one YAML stream, or as one JSON list, which has no room for their origins. */
export function outputText(documents: readonly Document[], form: DocumentForm): string {
  const ordered = inOrder(documents);
  return form === 'yaml'
    ? stream(ordered)
    : formatDocuments(
        ordered.map(({ key, spec, tags }) => documentOf(key, spec ?? {}, tags ?? [])),
        form,
      );
}

function nameOf({ key: { owner, mesh, kind } }: Document): string {
  return `${shorten(escapeName(mesh) + (owner === undefined ? '' : `@${owner}`))}.${kind}.yaml`;
}

function inOrder(documents: readonly Document[]): readonly Document[] {
  const byMesh = Map.groupBy(documents, ({ key }) => `${key.owner ?? ''}/${key.mesh}`);
  return [...byMesh.values()].flatMap((group) =>
    KINDS.flatMap((kind) => group.filter(({ key }) => key.kind === kind)),
  );
}

function stream(documents: readonly Document[]): string {
  return documents
    .map(
      ({ key, spec, tags, origin }) =>
        `# From ${describeOrigin(origin)}\n${formatValue(documentOf(key, spec ?? {}, tags ?? []), 'yaml')}`,
    )
    .join('---\n');
}

// A line break in a name would end the comment.
function describeOrigin({ file, line, id = '' }: Origin): string {
  const text = `${file === '-' ? '(stdin)' : file}:${line} ${id}`.trimEnd();
  return text.replaceAll(/\p{Cc}/gu, ' ');
}
