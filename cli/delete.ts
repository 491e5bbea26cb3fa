import { carryOut } from './apply/carry-out.ts';
import { describeFailure, describeOutcome, summarize, type Outcome } from './apply/outcome.ts';
import { currentOf, type Delete } from './apply/plan.ts';
import { reportOutcomes } from './apply/report-json.ts';
import { readCurrent } from './apply/current-state.ts';
import type { Client } from './client/client.ts';
import { CommandError } from './errors.ts';
import { select, type Selection } from './get/select.ts';
import { DocumentsError } from './resources/document.ts';
import { describeKey, keyText } from './resources/key.ts';
import { readFiles } from './resources/read-files.ts';
import { recogniseDocuments } from './resources/recognise.ts';

/** Options of `daybreak delete`: one resource, or files of documents. */
export type DeleteOptions = {
  readonly what:
    | { readonly selection: Selection }
    | {
        readonly files: readonly string[];
        readonly recursive: boolean;
        readonly mesh: string | undefined;
        readonly meshOwner: string | undefined;
      };
  /** Count a resource that does not exist as deleted. */
  readonly ignoreNotFound: boolean;
  readonly output: 'text' | 'json';
};

type Streams = {
  readonly stdin: NodeJS.ReadableStream;
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
};

/**
 * Deletes resources, children before parents. Returns the exit code.
 * @throws CommandError or DocumentsError if a resource does not exist, or if a name matches several; nothing was deleted then
 */
export async function remove(client: Client, options: DeleteOptions, streams: Streams): Promise<number> {
  const { output } = options;
  const steps = await stepsFor(client, options, streams);
  const tell = (outcome: Outcome): void => {
    if (output === 'text') streams.stdout.write(`${describeOutcome(outcome)}\n`);
  };
  const outcomes = await carryOut(client, steps, tell);
  if (output === 'json') streams.stdout.write(`${JSON.stringify(reportOutcomes(outcomes), null, 2)}\n`);
  for (const outcome of outcomes) {
    const failure = describeFailure(outcome);
    if (failure !== undefined) streams.stderr.write(`daybreak: ${failure}\n`);
  }
  return summarize(outcomes).failed === 0 ? 0 : 1;
}

async function stepsFor(
  client: Client,
  { what, ignoreNotFound }: DeleteOptions,
  { stdin }: Streams,
): Promise<readonly Delete[]> {
  return 'files' in what
    ? stepsOfFiles(client, what, ignoreNotFound, stdin)
    : stepsOfSelection(client, what.selection, ignoreNotFound);
}

async function stepsOfSelection(
  client: Client,
  selection: Selection,
  ignoreNotFound: boolean,
): Promise<readonly Delete[]> {
  const selected = await select(client, selection).catch((error: unknown) => {
    if (ignoreNotFound && error instanceof CommandError) return [];
    throw error;
  });
  if (selected.length > 1) {
    const names = selected.map(({ key }) => describeKey(key)).join(', ');
    throw new CommandError(`the name means several resources, and nothing was deleted: ${names}`);
  }
  return selected.map(({ key, described }) => ({ action: 'delete', key, before: currentOf(described, []) }));
}

async function stepsOfFiles(
  client: Client,
  { files, recursive, mesh, meshOwner }: Extract<DeleteOptions['what'], { files: unknown }>,
  ignoreNotFound: boolean,
  stdin: NodeJS.ReadableStream,
): Promise<readonly Delete[]> {
  const read = await readFiles(files, { recursive, stdin });
  const { documents, problems } = recogniseDocuments(read.documents, { mesh, meshOwner });
  const all = [...read.problems, ...problems];
  if (all.length > 0) throw new DocumentsError(all);
  if (documents.length === 0) throw new CommandError(`there is no document in ${files.join(', ')}`);
  const current = await readCurrent(client, documents);
  const missing = documents.filter(({ key }) => !current.has(keyText(key)));
  if (missing.length > 0 && !ignoreNotFound) {
    throw new DocumentsError(
      missing.map(({ origin, key }) => ({ origin, at: key, message: 'there is no such resource' })),
    );
  }
  return documents.flatMap(({ key }) => {
    const before = current.get(keyText(key));
    return before === undefined ? [] : [{ action: 'delete', key, before } as const];
  });
}
