import { basename, dirname } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Path } from '../place.ts';
import type { Template } from './template.ts';

/** The folder whose templates AWS Copilot merges into one before it deploys them, so that they refer to each other's resources. */
const FOLDER = 'addons';
/** The parameters that Copilot passes to each of them. */
const PARAMETERS = ['App', 'Env'];
const SECTIONS = ['parameters', 'mappings', 'conditions', 'resources', 'outputs'] as const;
/** The names of these sections in a template. */
const NAMES: Readonly<Record<string, (typeof SECTIONS)[number]>> = {
  Parameters: 'parameters',
  Mappings: 'mappings',
  Conditions: 'conditions',
  Resources: 'resources',
  Outputs: 'outputs',
};

/**
 * Merges the templates of each folder `addons` of AWS Copilot into one. Parts with a name that two of them give to different things are not
 * merged, as Copilot refuses them.
 */
export function mergeAddons(templates: readonly Template[]): readonly Template[] {
  const groups = Map.groupBy(templates, (template) =>
    isAddon(template) ? dirname(template.file) : template,
  );
  return [...groups.values()].flatMap((group) => {
    const [first, ...others] = group;
    if (first === undefined || others.length === 0 || !isConsistent(group)) return group;
    return [merged(first, group)];
  });
}

function isAddon({ file, parameters }: Template): boolean {
  return basename(dirname(file)) === FOLDER && PARAMETERS.every((name) => Object.hasOwn(parameters, name));
}

function isConsistent(group: readonly Template[]): boolean {
  return SECTIONS.every((section) => {
    const seen = new Map<string, unknown>();
    return group.every((template) =>
      Object.entries(template[section]).every(([name, value]) => {
        if (seen.has(name)) return isDeepStrictEqual(seen.get(name), value);
        seen.set(name, value);
        return true;
      }),
    );
  });
}

function merged(first: Template, group: readonly Template[]): Template {
  const partWith = ([section, name]: Path): Template => {
    const own = NAMES[String(section)];
    return group.find((each) => own !== undefined && Object.hasOwn(each[own], String(name))) ?? first;
  };
  const all = (section: (typeof SECTIONS)[number]) =>
    Object.assign({}, ...group.map((each) => each[section])) as Template['resources'];
  return {
    file: first.file,
    fileAt: (path) => partWith(path).file,
    document: { ...first.document, lineAt: (path) => partWith(path).document.lineAt(path) },
    parameters: all('parameters'),
    mappings: all('mappings'),
    conditions: all('conditions'),
    resources: all('resources'),
    outputs: all('outputs'),
    transforms: [...new Set(group.flatMap(({ transforms }) => transforms))],
  };
}
