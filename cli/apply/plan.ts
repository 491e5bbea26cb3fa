import { compareText } from '../../common/compare-text.ts';
import { isDeepStrictEqual } from 'node:util';
import type { Json } from '../client/client.ts';
import type { Described, Tag } from '../client/resources.ts';
import type { Document } from '../resources/document.ts';
import { keyText, type ResourceKey } from '../resources/key.ts';

/** What can be different about a resource. */
export type Content = { readonly spec: Json; readonly tags: readonly Tag[] };

/** A resource as the control plane has it. */
export type Current = Content & { readonly arn: string; readonly version: number };

/** What is to be done about one resource. */
export type Step = Create | Update | Unchanged | Delete;

/** The resource is not there. */
export type Create = {
  readonly action: 'create';
  readonly key: ResourceKey;
  readonly document: Document;
  readonly after: Content;
};

/** It is there and differs: in its specification, its tags, or both. */
export type Update = {
  readonly action: 'update';
  readonly key: ResourceKey;
  readonly document: Document;
  readonly before: Current;
  readonly after: Content;
};

/** It is as the document wants it. */
export type Unchanged = {
  readonly action: 'unchanged';
  readonly key: ResourceKey;
  readonly document: Document;
  readonly before: Current;
};

/** It bears the label and is in no file. */
export type Delete = { readonly action: 'delete'; readonly key: ResourceKey; readonly before: Current };

/** Compares the documents with what is there, by `keyText`. Answers one step a document, in their order. */
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

/** A described resource with its tags. */
export function currentOf({ metadata: { arn, version }, spec }: Described, tags: readonly Tag[]): Current {
  return { arn, version, spec, tags };
}

function sorted(tags: readonly Tag[]): readonly Tag[] {
  return tags.map(({ key, value }) => ({ key, value })).toSorted((a, b) => compareText(a.key, b.key));
}
