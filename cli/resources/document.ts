import type { Json } from '../client/client.ts';
import type { Tag } from '../client/resources.ts';
import { describeKey, type ResourceKey } from './key.ts';

/** Where a document stands: the file (`-` for stdin), which document in it from 1, and its first line. */
export type Origin = {
  readonly file: string;
  readonly index: number;
  readonly line: number;
  /** What the file calls it, where it was imported from a form that has names of its own: a logical id, an address. */
  readonly id?: string;
};

/** A resource as a file wants it, checked. */
export type Document = {
  readonly key: ResourceKey;
  /** Undefined in a document of a mesh that says nothing of it. */
  readonly spec: Json | undefined;
  /** All tags that the resource is to have; undefined where the document says nothing of them. */
  readonly tags: readonly Tag[] | undefined;
  readonly origin: Origin;
};

/** A document as it was read, before anything in it was looked at. */
export type RawDocument = { readonly value: unknown; readonly origin: Origin };

/** One thing wrong with what the files say. `at`: which resource, where that is known. */
export type Problem = {
  readonly origin: Origin;
  readonly at?: ResourceKey | undefined;
  readonly message: string;
};

/** A problem in one line: `mesh.yaml:14 (document 2, virtual node colors/white): …`. */
export function describeProblem({ origin, at, message }: Problem): string {
  return `${describeOrigin(origin, at)}: ${message}`;
}

/** The place of a document: `mesh.yaml:14 (document 2, virtual node colors/white)`, or its id instead of its number. */
export function describeOrigin({ file, index, line, id }: Origin, at?: ResourceKey): string {
  const what = at === undefined ? '' : `, ${describeKey(at)}`;
  return `${file === '-' ? '(stdin)' : file}:${line} (${id ?? `document ${index}`}${what})`;
}

/** Everything wrong with the files, at once. Nothing was done. Exit code 1. */
export class DocumentsError extends Error {
  readonly problems: readonly Problem[];
  readonly exitCode = 1;

  constructor(problems: readonly Problem[]) {
    super(`nothing was done, because of the documents:\n${problems.map(describeProblem).join('\n')}`);
    this.name = 'DocumentsError';
    this.problems = problems;
  }
}
