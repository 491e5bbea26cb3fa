import { dirname, join } from 'node:path';
import { isObject } from '../../../common/is-object.ts';
import { resourceNamed, type Template } from './template.ts';

/** The type of nested stacks. */
export const STACK_TYPE = 'AWS::CloudFormation::Stack';

/** The path of the template of a nested stack: the path as the template has it, or the ends of a path of which the start is not known. */
export type NestedPath = { readonly beside: readonly string[]; readonly ends: readonly string[] };

/** Returns the nested stacks of a template by logical id, each with the possible paths of its template, the best first. */
export function nestedTemplates(template: Template): ReadonlyMap<string, NestedPath> {
  const found = new Map<string, NestedPath>();
  const folder = dirname(template.file);
  for (const id of Object.keys(template.resources)) {
    const resource = resourceNamed(template, id);
    if (resource?.type !== STACK_TYPE) continue;
    const asset = resource.metadata['aws:asset:path'];
    const url = resource.properties['TemplateURL'];
    const path = typeof asset === 'string' ? asset : typeof url === 'string' && !isUrl(url) ? url : undefined;
    const ends = endsOf(path ?? url);
    found.set(id, { beside: (path === undefined ? ends : [path]).map((end) => join(folder, end)), ends });
  }
  return found;
}

function isUrl(text: string): boolean {
  return /^https?:\/\//.test(text);
}

// The ends of a path or URL, which functions may compose, the longest first. A host, and what comes before a variable, are not known.
function endsOf(url: unknown): readonly string[] {
  const text = (textsIn(url).at(-1) ?? '').replace(/[?#].*$/, '');
  const known = text.slice(text.lastIndexOf('}') + 1).replace(/^https?:\/\/[^/]*\//, '');
  if (!/[\w-]\.(?:json|ya?ml|template)$/i.test(known)) return [];
  const steps = known.split('/').filter((step) => !['', '.', '..'].includes(step));
  return steps.map((_, index) => steps.slice(index).join('/'));
}

function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap(textsIn);
  return isObject(value) ? Object.values(value).flatMap(textsIn) : [];
}
