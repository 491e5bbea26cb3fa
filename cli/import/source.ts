import type { Kind } from '../../controlplane/mesh/resource.ts';
import type { Answers } from './answers/answers.ts';
import type { ImportProblem, Path, Place } from './place.ts';
import type { ParsedFile } from './reading/parsed.ts';

/** The forms that resources are read from. */
export const SOURCE_NAMES = [
  'cloudformation',
  'terraform',
  'kubernetes',
  'describe',
  'service-connect',
] as const;

/** One of them. */
export type SourceName = (typeof SOURCE_NAMES)[number];

/** One thing that the files do not say, and how it can be answered. */
export type Question = {
  /** What `--parameter KEY=VALUE` and a file of parameters answer it by. */
  readonly key: string;
  /** What it is, as a clause: `parameter VpcId has no value`. */
  readonly why: string;
  /** The flags that answer it, the best first: `--parameter VpcId=VALUE`, `--outputs FILE`. */
  readonly flags: readonly string[];
};

/** A value that nobody gave. It stands in the tree of a resource where the value would, and is never guessed. */
export class Open {
  readonly questions: readonly Question[];

  constructor(questions: readonly Question[]) {
    this.questions = questions;
  }
}

/** A resource as a source found it. */
export type Found = {
  readonly kind: Kind;
  /**
   * The input of the create operation: names, `spec`, `tags`, in any spelling that names.ts can match (`MeshName`,
   * `mesh_name`). A value that nobody gave is an `Open`, at any depth.
   */
  readonly members: Readonly<Record<string, unknown>>;
  readonly place: Place;
  /** The line of a part of `members`, where the source knows it. */
  readonly lineAt?: (path: Path) => number | undefined;
  /** Terraform's way: a structure may stand as a list of one element, which is that element. */
  readonly blocks?: boolean;
  /** What decides whether it exists at all, where nobody said it. */
  readonly condition?: Open;
};

/** Something about App Mesh that is not taken, or not all of it, though nothing is wrong with it. */
export type Left = { readonly place: Place; readonly reason: string };

/** What a source found in its files. */
export type Gathered = {
  readonly resources: readonly Found[];
  readonly left: readonly Left[];
  readonly problems: readonly ImportProblem[];
  /** How many things of other services stood there, by type. */
  readonly passedOver: ReadonlyMap<string, number>;
};

/** What a source is told. */
export type ImportContext = {
  readonly answers: Answers;
  /** What `--account`, `--region` and `--mesh` say. */
  readonly account: string | undefined;
  readonly region: string | undefined;
  readonly mesh: string | undefined;
  /** What `--outputs` names, parsed. */
  readonly outputs: readonly ParsedFile[];
  /** Reads a further file that one of the given names; undefined where there is none. */
  readonly read: (path: string) => Promise<ParsedFile | undefined>;
};

/** A form that resources are read from. */
export type Source = {
  readonly name: SourceName;
  /** Whether the file is of this form. Files are given to the first source that says so. */
  readonly claims: (file: ParsedFile) => boolean;
  /** All files of this form at once, because they may name each other. */
  readonly gather: (files: readonly ParsedFile[], context: ImportContext) => Promise<Gathered>;
};
