import type { DocumentForm } from '../resources/write-documents.ts';
import type { SourceName } from './source.ts';

/** The options of `daybreak import`. */
export type ImportOptions = {
  /** Files, folders, `-`. */
  readonly files: readonly string[];
  /** The form of all files; undefined: import detects the form of each. */
  readonly from: SourceName | undefined;
  /** Each entry: `KEY=VALUE`; these override those of files. */
  readonly parameter: readonly string[];
  readonly parametersFile: readonly string[];
  /** Answers of `describe-stacks` and `list-exports`. */
  readonly outputs: readonly string[];
  /** The mesh of resources that name none. */
  readonly mesh: string | undefined;
  /** The account and the region that the files are for; undefined: unknown. */
  readonly account: string | undefined;
  readonly region: string | undefined;
  /** The size limit of a file, in MiB. */
  readonly maxFileSize: number;
  readonly result: ImportResult;
  /** The file for the report as JSON. */
  readonly report: string | undefined;
};

/** The destination of the documents. */
export type ImportResult =
  | { readonly to: 'stdout'; readonly form: DocumentForm }
  | { readonly to: 'folder'; readonly folder: string }
  | { readonly to: 'control plane'; readonly dryRun: boolean };
