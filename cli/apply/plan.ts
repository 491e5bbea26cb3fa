import { compareText } from '../../common/compare-text.ts';
import { isDeepStrictEqual } from 'node:util';
import type { Json } from '../client/client.ts';
import type { Described, Tag } from '../client/resources.ts';
import type { Document } from '../resources/document.ts';
import { keyText, type ResourceKey } from '../resources/key.ts';

/** The part of a resource that apply compares. */
export type Content = { readonly spec: Json; readonly tags: readonly Tag[] };

/** A resource on the control plane. */
export type Current = Content & { readonly arn: string; readonly version: number };

/** One change of a plan, or no change, for one resource. */
export type Step = Create | Update | Unchanged | Delete;

/** The resource does not exist yet. */
export type Create = {
  readonly action: 'create';
  readonly key: ResourceKey;
  readonly document: Document;
  readonly after: Content;
};

/** The resource exists and differs in its specification, its tags, or both. */
export type Update = {
  readonly action: 'update';
  readonly key: ResourceKey;
  readonly document: Document;
  readonly before: Current;
  readonly after: Content;
};

/** The resource already matches its document. */
export type Unchanged = {
  readonly action: 'unchanged';
  readonly key: ResourceKey;
  readonly document: Document;
  readonly before: Current;
};

/** The resource has the tags of the selector and is in no file. */
export type Delete = { readonly action: 'delete'; readonly key: ResourceKey; readonly before: Current };

/** Compares documents with the existing resources, which are keyed by `keyText`. Returns one step per document, in order. */
export function planDocuments(
  documents: readonly Document[],
  current: ReadonlyMap<string, Current>,
): readonly (Create | Update | Unchanged)[] {
  return documents.map((document) => {
    const { key, spec, tags } = document;
    const before = current.get(keyText(key));
    if (before === undefined) {
      return { action: 'create', key, document, after: { spec: spec ?? {}, tags: sorted(tags ?? []) } };
    }
    const after = { spec: spec ?? before.spec, tags: sorted(tags ?? before.tags) };
    const same = isDeepStrictEqual(after, { spec: before.spec, tags: sorted(before.tags) });
    return same
      ? { action: 'unchanged', key, document, before }
      : { action: 'update', key, document, before, after };
  });
}

/** Combines a described resource with its tags. */
export function currentOf({ metadata: { arn, version }, spec }: Described, tags: readonly Tag[]): Current {
  return { arn, version, spec, tags };
}

function sorted(tags: readonly Tag[]): readonly Tag[] {
  return tags.map(({ key, value }) => ({ key, value })).toSorted((a, b) => compareText(a.key, b.key));
}
