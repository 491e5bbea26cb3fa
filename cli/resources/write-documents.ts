import { stringify } from 'yaml';
import type { Json } from '../client/client.ts';
import type { Tag } from '../client/resources.ts';
import { keyMembers, type ResourceKey } from './key.ts';

/** In which form documents are written. */
export type DocumentForm = 'yaml' | 'json';

/** A resource as a document that apply takes: its names, the specification, and the tags where it has any. */
export function documentOf(key: ResourceKey, spec: Json, tags: readonly Tag[]): Json {
  return { ...keyMembers(key), spec, ...(tags.length === 0 ? {} : { tags }) };
}

/** One value as text; ends with a newline. */
export function formatValue(value: unknown, form: DocumentForm): string {
  return form === 'json' ? `${JSON.stringify(value, null, 2)}\n` : toYaml(value);
}

/** Several documents in one text: a YAML stream, or a JSON list. Ends with a newline. */
export function formatDocuments(documents: readonly Json[], form: DocumentForm): string {
  return form === 'json' ? formatValue(documents, form) : documents.map(toYaml).join('---\n');
}

/** As YAML, members sorted by name, so that equal values give equal text. */
export function sortedYaml(value: unknown): string {
  return stringify(value, { ...YAML, sortMapEntries: true });
}

// Texts are quoted where YAML 1.1 would take them for something else, because other programs may read them too.
const YAML = { lineWidth: 0, compat: 'yaml-1.1', aliasDuplicateObjects: false } as const;

function toYaml(value: unknown): string {
  return stringify(value, YAML);
}
