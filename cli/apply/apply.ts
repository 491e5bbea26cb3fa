import type { Client } from '../client/client.ts';
import { CommandError, UsageError } from '../errors.ts';
import { DocumentsError, type Document } from '../resources/document.ts';
import { keyText } from '../resources/key.ts';
import { readFiles } from '../resources/read-files.ts';
import { recogniseDocuments } from '../resources/recognise.ts';
import { carryOut } from './carry-out.ts';
import { missingReferences, readCurrent } from './current-state.ts';
import { describePlan } from './describe-plan.ts';
import { describeFailure, describeOutcome, describeSummary, summarize, type Outcome } from './outcome.ts';
import { planDocuments, type Step } from './plan.ts';
import { planPrune } from './prune.ts';
import { reportOutcomes, reportPlan } from './report-json.ts';
import { parseSelector, type Selector } from './selector.ts';

/** Options of `daybreak apply`. */
export type ApplyOptions = {
  readonly files: readonly string[];
  readonly recursive: boolean;
  /** Default mesh and owner for documents that name none; with `prune`, also the only mesh to search. */
  readonly mesh?: string | undefined;
  readonly meshOwner?: string | undefined;
  readonly dryRun: boolean;
  /** With a dry run: exit code 3 if anything differs. */
  readonly exitCode: boolean;
  readonly prune: boolean;
  /** Each entry: `key=value`. */
  readonly selector: readonly string[];
  readonly output: 'text' | 'json';
};

/** The streams of a command. */
export type Streams = {
  readonly stdin: NodeJS.ReadableStream;
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
};

/** The output streams of a command. */
export type Output = Omit<Streams, 'stdin'>;

/** The exit code of a dry run that found differences, with `exitCode`. */
const DIFFERENT = 3;

/**
 * Applies the documents in the files to the control plane. Returns the exit code: 0; 1 if anything failed; 3 if a dry run with
 * `exitCode` found differences. It reads and checks all documents before the first change.
 * @throws UsageError, DocumentsError or CommandError; nothing was changed then
 */
export async function apply(client: Client, options: ApplyOptions, streams: Streams): Promise<number> {
  const selector = selectorOf(options);
  return applyDocuments(
    client,
    await readDocuments(options, streams.stdin),
    { ...options, selector },
    streams,
  );
}

/** Options of `applyDocuments`. */
export type PlanOptions = Pick<ApplyOptions, 'mesh' | 'meshOwner' | 'dryRun' | 'exitCode' | 'output'> & {
  /** The tags of resources that may be deleted; undefined: delete nothing. */
  readonly selector: Selector | undefined;
};

/**
 * Does the same as `apply`, for documents that are already parsed.
 * @throws DocumentsError or CommandError; nothing was changed then
 */
export async function applyDocuments(
  client: Client,
  documents: readonly Document[],
  options: PlanOptions,
  streams: Output,
): Promise<number> {
  const missing = await missingReferences(client, documents);
  if (missing.length > 0) throw new DocumentsError(missing);
  const steps = await plan(client, documents, options);
  return options.dryRun
    ? showPlan(steps, options, streams)
    : report(await carryOut(client, steps, teller(options, streams)), options, streams);
}

function selectorOf({ prune, selector }: ApplyOptions): Selector | undefined {
  if (!prune && selector.length === 0) return undefined;
  if (!prune) throw new UsageError('--selector says what --prune may delete, and --prune is not given');
  if (selector.length > 0) return parseSelector(selector);
  throw new UsageError('--prune needs --selector key=value: it deletes only what bears that tag');
}

async function readDocuments(
  { files, recursive, mesh, meshOwner }: ApplyOptions,
  stdin: NodeJS.ReadableStream,
): Promise<readonly Document[]> {
  const read = await readFiles(files, { recursive, stdin });
  const { documents, problems } = recogniseDocuments(read.documents, { mesh, meshOwner });
  const all = [...read.problems, ...problems];
  if (all.length > 0) throw new DocumentsError(all);
  if (documents.length === 0) throw new CommandError(`there is no document in ${files.join(', ')}`);
  return documents;
}

async function plan(
  client: Client,
  documents: readonly Document[],
  { selector, mesh, meshOwner }: PlanOptions,
): Promise<readonly Step[]> {
  const current = await readCurrent(client, documents);
  const steps = planDocuments(documents, current);
  if (selector === undefined) return steps;
  const kept = new Set(documents.flatMap(({ key }) => current.get(keyText(key))?.arn ?? []));
  return [...steps, ...(await planPrune(client, selector, { mesh, meshOwner }, kept))];
}

function showPlan(steps: readonly Step[], { output, exitCode }: PlanOptions, { stdout }: Output): number {
  stdout.write(output === 'json' ? `${JSON.stringify(reportPlan(steps), null, 2)}\n` : describePlan(steps));
  const differs = steps.some(({ action }) => action !== 'unchanged');
  return differs && exitCode ? DIFFERENT : 0;
}

function teller({ output }: PlanOptions, { stdout }: Output): (outcome: Outcome) => void {
  return (outcome) => {
    if (output === 'text') stdout.write(`${describeOutcome(outcome)}\n`);
  };
}

function report(outcomes: readonly Outcome[], { output }: PlanOptions, { stdout, stderr }: Output): number {
  const summary = summarize(outcomes);
  if (output === 'json') stdout.write(`${JSON.stringify(reportOutcomes(outcomes), null, 2)}\n`);
  else stdout.write(`${describeSummary(summary)}\n`);
  for (const outcome of outcomes) {
    const failure = describeFailure(outcome);
    if (failure !== undefined) stderr.write(`daybreak: ${failure}\n`);
  }
  return summary.failed + summary.notTried === 0 ? 0 : 1;
}
