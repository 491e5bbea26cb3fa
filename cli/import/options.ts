import type { SourceName } from './source.ts';

/** What `daybreak import` is told. */
export type ImportOptions = {
  /** Files, folders, `-`. */
  readonly files: readonly string[];
  /** What the files are; undefined: each is found out. */
  readonly from: SourceName | undefined;
  /** `KEY=VALUE`, each; these go before those of files. */
  readonly parameter: readonly string[];
  readonly parametersFile: readonly string[];
  /** Answers of `describe-stacks` and `list-exports`. */
  readonly outputs: readonly string[];
  /** Fills in for resources that name no mesh. */
  readonly mesh: string | undefined;
  /** The account and the region that the files are for; undefined: not known. */
  readonly account: string | undefined;
  readonly region: string | undefined;
  /** The largest file that is read, in MiB. */
  readonly maxFileSize: number;
  readonly result: ImportResult;
  /** Where the report is written for programs. */
  readonly report: string | undefined;
};

/** What becomes of the documents. */
export type ImportResult =
  | { readonly to: 'stdout' }
  | { readonly to: 'folder'; readonly folder: string }
  | { readonly to: 'control plane'; readonly dryRun: boolean };
