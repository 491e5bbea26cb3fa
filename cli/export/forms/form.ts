import type { Json } from '../../client/client.ts';
import type { Tag } from '../../client/resources.ts';
import type { ResourceKey } from '../../resources/key.ts';

/** A resource to write. */
export type Exported = {
  readonly key: ResourceKey;
  readonly spec: Json;
  readonly tags: readonly Tag[];
  readonly arn: string;
};

/** A mesh in another form. */
export type Written = {
  readonly text: string;
  /** Resources with members that the form cannot express. The text has these separately, for import only. */
  readonly amended: readonly ResourceKey[];
};

/** Writes a mesh in another form. `resources` has parents before children. */
export type Writer = (resources: readonly Exported[]) => Written | Promise<Written>;

/** The first line of an exported file. It tells import that no text in the file is a variable. */
export const EXPORT_MARK = '# Written by daybreak export.';
