import { basename, dirname, join } from 'node:path';
import { isObject } from '../../../common/is-object.ts';
import { resourceNamed, type Template } from './template.ts';

/** The type of nested stacks. */
export const STACK_TYPE = 'AWS::CloudFormation::Stack';

/** Returns the nested stacks of a template by logical id, each with the possible path of its template. */
export function nestedTemplates(template: Template): ReadonlyMap<string, string | undefined> {
  const found = new Map<string, string | undefined>();
  for (const id of Object.keys(template.resources)) {
    const resource = resourceNamed(template, id);
    if (resource?.type !== STACK_TYPE) continue;
    const asset = resource.metadata['aws:asset:path'];
    const name = typeof asset === 'string' ? asset : fileNamed(resource.properties['TemplateURL']);
    found.set(id, name === undefined ? undefined : join(dirname(template.file), name));
  }
  return found;
}

// A path, as before `aws cloudformation package`, or the last part of a URL, which functions may compose.
function fileNamed(url: unknown): string | undefined {
  if (typeof url === 'string' && !/^https?:\/\//.test(url)) return url;
  const text = textsIn(url).at(-1) ?? '';
  const name = basename(text.replace(/[?#].*$/, ''));
  return /\.(?:json|ya?ml|template)$/i.test(name) && !name.includes('${') ? name : undefined;
}

function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap(textsIn);
  return isObject(value) ? Object.values(value).flatMap(textsIn) : [];
}
