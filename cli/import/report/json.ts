import type { Json } from '../../client/client.ts';
import { keyMembers } from '../../resources/key.ts';
import type { Imported } from '../imported.ts';
import { questionsOf } from '../open-values.ts';
import { describePath } from '../place.ts';

/** Formats the report of an import for programs. */
export function reportImport(
  { documents, left, problems, open, passedOver }: Imported,
  unusedAnswers: readonly string[],
): Json {
  return {
    taken: documents.map(({ key, origin: { file, line, id = '' } }) => ({
      kind: key.kind,
      ...keyMembers(key),
      place: { file, line, id },
    })),
    passedOver: Object.fromEntries(passedOver),
    left: left.map(({ place, reason }) => ({ place, reason })),
    unusedParameters: unusedAnswers,
    problems,
    open: questionsOf(open).map(({ question, values }) => ({
      ...question,
      values: values.map(({ place, kind, path }) => ({ place, kind, path: describePath(path) })),
    })),
  };
}
