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
  /** Resources that have something for which the form has no place; it stands beside, for import to take back. */
  readonly amended: readonly ResourceKey[];
};

/** Writes a mesh in another form. Parents stand before children. */
export type Writer = (resources: readonly Exported[]) => Written | Promise<Written>;

/** The first words of what export writes: no text in it is a variable. */
export const EXPORT_MARK = '# Written by daybreak export.';
