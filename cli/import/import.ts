import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { applyDocuments, type Streams } from '../apply/apply.ts';
import type { Client } from '../client/client.ts';
import { CommandError } from '../errors.ts';
import { createAnswers } from './answers/answers.ts';
import { readAnswers, type GivenAnswers } from './answers/given.ts';
import { formatQuestions, QUESTIONS_FILE } from './answers/questions.ts';
import { toDocuments, type Imported } from './imported.ts';
import { questionsOf } from './open-values.ts';
import type { ImportOptions } from './options.ts';
import { outputFiles, outputText } from './output/files.ts';
import { writeFolder } from './output/folder.ts';
import { createReader, readInputs, type Inputs } from './reading/files.ts';
import { reportImport } from './report/json.ts';
import { describeWant, isWhole, plural } from './report/summary.ts';
import { describeImport } from './report/text.ts';
import type { Gathered, ImportContext } from './source.ts';
import { sortFiles } from './sources.ts';

/**
 * Converts descriptions of meshes in other forms to the documents that apply takes, and returns the exit code: that of apply,
 * else 0. Each form is a source (source.ts; sources.ts lists them). A source finds resources in files, with their places; it
 * also returns open values, problems and the things that it leaves out. The core converts members to the model's spelling
 * (names.ts), checks the documents as the API does (imported.ts), and writes the report (report/), the documents (output/)
 * and the questions (answers/). `client` is called only if the documents are to be applied.
 * @throws CommandError if a value is open or a problem was found: then complete documents are written, and nothing is applied
 */
export async function importFiles(
  options: ImportOptions,
  streams: Streams,
  client: () => Client,
): Promise<number> {
  const reader = createReader(options.maxFileSize, streams.stdin);
  const given = await readAnswers(options, reader);
  const answers = createAnswers(given.pairs);
  const context: ImportContext = { ...options, answers, outputs: given.outputs, read: reader.further };
  const imported = await gather(await readInputs(options.files, reader), options, context);

  const { to } = options.result;
  const text = describeImport(imported, answers.unused());
  (to === 'stdout' ? streams.stderr : streams.stdout).write(text);
  if (options.report !== undefined) {
    const report = JSON.stringify(reportImport(imported, answers.unused()), null, 2);
    await attempt(options.report, writeFile(options.report, `${report}\n`));
  }
  requireSome(imported, options);
  if (options.result.to === 'stdout')
    streams.stdout.write(outputText(imported.documents, options.result.form));
  if (options.result.to === 'folder') await writeResult(options.result.folder, imported, given, streams);
  requireWhole(imported, to === 'control plane' ? 'nothing is applied' : 'the output is incomplete');
  if (options.result.to !== 'control plane') return 0;
  const { dryRun } = options.result;
  return applyDocuments(client(), imported.documents, { ...PLAIN, dryRun }, streams);
}

const PLAIN = { selector: undefined, exitCode: false, output: 'text' } as const;

async function gather(
  { files, left, problems }: Inputs,
  options: ImportOptions,
  context: ImportContext,
): Promise<Imported> {
  const { bySource, unclaimed } = sortFiles(files, options.from);
  const gathered: Gathered[] = [
    { resources: [], passedOver: new Map(), ...unclaimed },
    { resources: [], passedOver: new Map(), left, problems },
  ];
  for (const [source, own] of bySource) gathered.push(await source.gather(own, context));
  return toDocuments(gathered, options);
}

function requireSome(imported: Imported, { files }: ImportOptions): void {
  if (imported.documents.length > 0 || !isWhole(imported)) return;
  throw new CommandError(`found no App Mesh resources in ${files.join(', ')}`);
}

function requireWhole(imported: Imported, consequence: string): void {
  if (!isWhole(imported)) throw new CommandError(`${consequence}: ${describeWant(imported)}`);
}

async function writeResult(
  folder: string,
  { documents, open }: Imported,
  given: GivenAnswers,
  { stdout }: Pick<Streams, 'stdout'>,
): Promise<void> {
  const files = outputFiles(documents);
  await writeFolder(folder, files);
  stdout.write(`${plural(files.length, 'file')} in ${folder}`);
  if (open.length > 0) {
    const file = join(folder, QUESTIONS_FILE);
    // The file keeps the answers that it had.
    const kept = given.files.get(resolve(file)) ?? [];
    await attempt(file, writeFile(file, formatQuestions(questionsOf(open), kept)));
    stdout.write(`, and the questions in ${file}`);
  }
  stdout.write('\n');
}

async function attempt(file: string, work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (error) {
    throw new CommandError(`${file} cannot be written`, { cause: error });
  }
}
