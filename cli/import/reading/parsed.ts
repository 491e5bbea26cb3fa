import type { ImportProblem, Path } from '../place.ts';

/** One document of a file. */
export type ParsedDocument = {
  readonly value: unknown;
  /** The line that it begins in, from 1. */
  readonly line: number;
  /** The line of a part of it, or of the innermost part on the way there that exists. */
  readonly lineAt: (path: Path) => number;
};

/** A file that was read. HCL has text alone: nothing in it is a document yet. */
export type ParsedFile = {
  readonly file: string;
  readonly form: 'json' | 'yaml' | 'hcl';
  readonly text: string;
  readonly documents: readonly ParsedDocument[];
  /** Why it, or a document of it, cannot be read. */
  readonly problems: readonly ImportProblem[];
};
