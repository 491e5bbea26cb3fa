import type { ImportProblem, Path } from '../place.ts';

/** One document of a file. */
export type ParsedDocument = {
  readonly value: unknown;
  /** The line where it begins, from 1. */
  readonly line: number;
  /** Returns the line of a part, or of the innermost part on the path that exists. */
  readonly lineAt: (path: Path) => number;
  /** The keys that a map has twice, each at its later place. The value has the last one, as CloudFormation does; undefined: there are none. */
  readonly repeats?: readonly ImportProblem[];
};

/** A parsed file. HCL has only text, and no documents. */
export type ParsedFile = {
  readonly file: string;
  readonly form: 'json' | 'yaml' | 'hcl';
  readonly text: string;
  readonly documents: readonly ParsedDocument[];
  /** The syntax errors of the file. */
  readonly problems: readonly ImportProblem[];
};
