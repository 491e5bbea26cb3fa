import { createAnswers } from '../answers/answers.ts';
import { parseParameter } from '../answers/parameters.ts';
import { toDocuments } from '../imported.ts';
import { questionsOf } from '../open-values.ts';
import { describePlace } from '../place.ts';
import { createReader, readInputs } from '../reading/files.ts';
import type { ImportContext } from '../source.ts';
import { sortFiles } from '../sources.ts';
import type { Document } from '../../resources/document.ts';

/** The result of an import, before anything is written. */
export type ImportedDocuments = {
  readonly documents: readonly Document[];
  /** The keys of the open questions. */
  readonly open: readonly string[];
  readonly problems: readonly string[];
  readonly left: readonly string[];
};

/** Imports files and returns the documents. */
export async function importedDocuments(
  files: readonly string[],
  options: { readonly parameter: readonly string[]; readonly account?: string; readonly region?: string },
): Promise<ImportedDocuments> {
  const reader = createReader(16, process.stdin);
  const context: ImportContext = {
    answers: createAnswers(options.parameter.map(parseParameter)),
    account: options.account,
    region: options.region,
    mesh: undefined,
    outputs: [],
    read: reader.further,
  };
  const { bySource, unclaimed } = sortFiles((await readInputs(files, reader)).files, undefined);
  const gathered = [{ resources: [], passedOver: new Map<string, number>(), ...unclaimed }];
  for (const [source, own] of bySource) gathered.push((await source.gather(own, context)) as never);
  const { documents, open, problems, left } = toDocuments(gathered, {
    mesh: undefined,
    account: options.account,
  });
  return {
    documents,
    open: questionsOf(open).map(({ question }) => question.key),
    problems: problems.map(({ place, message }) => `${describePlace(place)}: ${message}`),
    left: left.map(({ place, reason }) => `${describePlace(place)}: ${reason}`),
  };
}
