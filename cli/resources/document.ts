import type { Json } from '../client/client.ts';
import type { Tag } from '../client/resources.ts';
import { describeKey, type ResourceKey } from './key.ts';

/** The place of a document: the file (`-` for stdin), its number in the file, from 1, and its first line. */
export type Origin = {
  readonly file: string;
  readonly index: number;
  readonly line: number;
  /** The name in the imported file, if its form has names of its own: a logical id, an address. */
  readonly id?: string;
};

/** A checked document: the desired state of a resource. */
export type Document = {
  readonly key: ResourceKey;
  /** Undefined in a document of a mesh without `spec`. */
  readonly spec: Json | undefined;
  /** All tags that the resource should have; undefined if the document has no member `tags`. */
  readonly tags: readonly Tag[] | undefined;
  readonly origin: Origin;
};

/** A parsed document, not checked yet. */
export type RawDocument = { readonly value: unknown; readonly origin: Origin };

/** A fault in the files. `at`: the resource, if known. */
export type Problem = {
  readonly origin: Origin;
  readonly at?: ResourceKey | undefined;
  readonly message: string;
};

/** Formats a problem as one line: `mesh.yaml:14 (document 2, virtual node colors/white): …`. */
export function describeProblem({ origin, at, message }: Problem): string {
  return `${describeOrigin(origin, at)}: ${message}`;
}

/** Formats a place: `mesh.yaml:14 (document 2, virtual node colors/white)`, or with the id instead of the number. */
export function describeOrigin({ file, index, line, id }: Origin, at?: ResourceKey): string {
  const what = at === undefined ? '' : `, ${describeKey(at)}`;
  return `${file === '-' ? '(stdin)' : file}:${line} (${id ?? `document ${index}`}${what})`;
}

/** All faults in the files. Nothing was done. Exit code 1. */
export class DocumentsError extends Error {
  readonly problems: readonly Problem[];
  readonly exitCode = 1;

  constructor(problems: readonly Problem[]) {
    super(`nothing was done, because of the documents:\n${problems.map(describeProblem).join('\n')}`);
    this.name = 'DocumentsError';
    this.problems = problems;
  }
}
