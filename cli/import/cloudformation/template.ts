import { isObject } from '../../../common/is-object.ts';
import type { ParsedDocument, ParsedFile } from '../reading/parsed.ts';
import type { Path, Place } from '../place.ts';

type Section = Readonly<Record<string, unknown>>;

/** A template as the file has it, not evaluated. */
export type Template = {
  readonly file: string;
  /** The file of a part; undefined: `file` has all of it. */
  readonly fileAt?: (path: Path) => string;
  readonly document: ParsedDocument;
  readonly parameters: Section;
  readonly mappings: Section;
  readonly conditions: Section;
  readonly resources: Section;
  readonly outputs: Section;
  /** The names of the transforms. */
  readonly transforms: readonly string[];
};

/** A resource of a template, with the attributes that import uses. */
export type TemplateResource = {
  readonly type: string;
  readonly properties: Section;
  readonly condition: string | undefined;
  readonly metadata: Section;
  readonly deletionPolicy: unknown;
};

/** Whether a value is a template: it has a format version, or resources with types. */
export function isTemplate(value: unknown): boolean {
  if (!isObject(value) || !isObject(value['Resources'])) return false;
  const resources = Object.values(value['Resources']);
  return (
    'AWSTemplateFormatVersion' in value ||
    resources.some((each) => isObject(each) && /^(?:AWS|Alexa|Custom)::/.test(String(each['Type'])))
  );
}

/** Returns the templates of a file. */
export function templatesIn({ file, documents }: ParsedFile): readonly Template[] {
  return documents
    .filter(({ value }) => isTemplate(value))
    .map((document) => {
      const value = document.value as Section;
      const section = (name: string): Section => (isObject(value[name]) ? value[name] : {});
      return {
        file,
        document,
        parameters: section('Parameters'),
        mappings: section('Mappings'),
        conditions: section('Conditions'),
        resources: section('Resources'),
        outputs: section('Outputs'),
        transforms: transformsOf(value['Transform']),
      };
    });
}

/** Returns a resource by its logical id; undefined if there is none, or the entry is invalid. */
export function resourceNamed({ resources }: Template, id: string): TemplateResource | undefined {
  const value = Object.hasOwn(resources, id) ? resources[id] : undefined;
  if (!isObject(value) || typeof value['Type'] !== 'string') return undefined;
  const { Condition: condition, Properties: properties, Metadata: metadata } = value;
  return {
    type: value['Type'],
    properties: isObject(properties) ? properties : {},
    condition: typeof condition === 'string' ? condition : undefined,
    metadata: isObject(metadata) ? metadata : {},
    deletionPolicy: value['DeletionPolicy'],
  };
}

/** Returns the place of a part of a template. The second step of the path is the logical id. */
export function placeIn({ file, fileAt, document }: Template, path: Path, prefix: string): Place {
  return {
    file: fileAt?.(path) ?? file,
    line: document.lineAt(path),
    id: path[1] === undefined ? '' : `${prefix}${path[1]}`,
  };
}

function transformsOf(value: unknown): readonly string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : value === undefined ? [] : [value];
  return list.map((each) => (isObject(each) ? String(each['Name']) : String(each)));
}
