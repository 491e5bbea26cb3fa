import { stringify } from 'yaml';
import type { Json } from '../client/client.ts';
import type { Tag } from '../client/resources.ts';
import { keyMembers, type ResourceKey } from './key.ts';

/** The form of written documents. */
export type DocumentForm = 'yaml' | 'json';

/** Builds a document for apply: the names, the specification, and the tags if there are any. */
export function documentOf(key: ResourceKey, spec: Json, tags: readonly Tag[]): Json {
  return { ...keyMembers(key), spec, ...(tags.length === 0 ? {} : { tags }) };
}

/** Formats one value as text, with a newline at the end. */
export function formatValue(value: unknown, form: DocumentForm): string {
  return form === 'json' ? `${JSON.stringify(value, null, 2)}\n` : toYaml(value);
}

/** Formats documents as one text, a YAML stream or a JSON list, with a newline at the end. */
export function formatDocuments(documents: readonly Json[], form: DocumentForm): string {
  return form === 'json' ? formatValue(documents, form) : documents.map(toYaml).join('---\n');
}

/** Formats a value as YAML with members sorted by name, so that equal values give equal text. */
export function sortedYaml(value: unknown): string {
  return stringify(value, { ...YAML, sortMapEntries: true });
}

// `compat` quotes texts that YAML 1.1 reads as something else, because other programs may read the file.
const YAML = { lineWidth: 0, compat: 'yaml-1.1', aliasDuplicateObjects: false } as const;

function toYaml(value: unknown): string {
  return stringify(value, YAML);
}
