import type { ApiKind } from '../../controlplane/mesh/resource.ts';
import type { Answers } from './answers/answers.ts';
import type { ImportProblem, Path, Place } from './place.ts';
import type { ParsedFile } from './reading/parsed.ts';

/** The names of the forms that import reads. */
export const SOURCE_NAMES = [
  'cloudformation',
  'terraform',
  'kubernetes',
  'describe',
  'service-connect',
] as const;

/** The name of a form that import reads. */
export type SourceName = (typeof SOURCE_NAMES)[number];

/** Something that the files do not say, and the ways to answer it. */
export type Question = {
  /** The key for `--parameter KEY=VALUE` and files of parameters. */
  readonly key: string;
  /** The reason, as a clause: `parameter VpcId has no value`. */
  readonly why: string;
  /** The flags that answer it, the best first: `--parameter VpcId=VALUE`, `--outputs FILE`. */
  readonly flags: readonly string[];
};

/** A value that the files do not give, with the questions that ask for it. Import never guesses such a value. */
export class Open {
  readonly questions: readonly Question[];

  /** Keeps the first of several questions with one key. */
  constructor(questions: readonly Question[]) {
    this.questions = [
      ...new Map(questions.toReversed().map((each) => [each.key, each])).values(),
    ].toReversed();
  }
}

/** A resource in the form's own spelling. */
export type Found = {
  readonly kind: ApiKind;
  /**
   * The input of the create operation: names, `spec`, `tags`, in any spelling that names.ts can match (`MeshName`,
   * `mesh_name`). A value that the files do not give is an `Open`, at any depth.
   */
  readonly members: Readonly<Record<string, unknown>>;
  readonly place: Place;
  /** Returns the line of a part of `members`, if the source knows the line. */
  readonly lineAt?: (path: Path) => number | undefined;
  /** A list of one element may stand for that element, as Terraform's blocks do. */
  readonly blocks?: boolean;
  /** The open value that decides whether the resource exists. */
  readonly condition?: Open;
};

/** A part of a file about App Mesh that import leaves out without a fault in the file. */
export type Left = {
  readonly place: Place;
  readonly reason: string;
  /** The reason that many places may share; the report then has one line for them. Undefined for parts that a reader has to see one by one. */
  readonly group?: string;
};

/** The contents of all files of a form. */
export type Gathered = {
  readonly resources: readonly Found[];
  readonly left: readonly Left[];
  readonly problems: readonly ImportProblem[];
  /** The number of resources of other services, by type. */
  readonly passedOver: ReadonlyMap<string, number>;
};

/** The options and answers that a source may need. */
export type ImportContext = {
  readonly answers: Answers;
  /** The values of `--account`, `--region` and `--mesh`. */
  readonly account: string | undefined;
  readonly region: string | undefined;
  readonly mesh: string | undefined;
  /** The files of `--outputs`, parsed. */
  readonly outputs: readonly ParsedFile[];
  /** Reads a further file that a given one refers to; undefined if there is none. */
  readonly read: (path: string) => Promise<ParsedFile | undefined>;
};

/** A form that import reads. */
export type Source = {
  readonly name: SourceName;
  /** Whether the file is of this form. A file goes to the first source that claims it. */
  readonly claims: (file: ParsedFile) => boolean;
  /** Reads all files of this form at once, because they may refer to each other. */
  readonly gather: (files: readonly ParsedFile[], context: ImportContext) => Promise<Gathered>;
};
