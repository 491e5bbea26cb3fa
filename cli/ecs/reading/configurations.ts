import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isObject } from '../../../common/is-object.ts';
import type { ParsedFile } from '../../import/reading/parsed.ts';
import { Open, type ImportContext } from '../../import/source.ts';
import { resourcesOfType } from '../../import/terraform/hcl/resources-of-type.ts';
import type { Given, Read } from './given.ts';
import { containersIn, definitionOf, NO_LIST, TYPE } from './terraform.ts';

/** The arguments of Terraform itself, which no task definition has. */
const META = new Set(['count', 'depends_on', 'for_each', 'lifecycle', 'provider', 'provisioner']);

/** Texts of the API that configurations may write as numbers. */
const TEXTS = new Set(['cpu', 'memory']);

/**
 * Evaluates the task definitions of the configuration that a file belongs to: the files of its folder, and the modules that these call by a
 * local path. A value that the files do not give is an `Open`.
 */
export async function configurationDefinitions(file: ParsedFile, context: ImportContext): Promise<Read> {
  const files = await configurationOf(file, context);
  const { resources, problems } = await resourcesOfType(files, context, TYPE);
  const given: Given[] = [];
  const faults: Read['problems'][number][] = [...problems];
  for (const { address, attributes, place } of resources) {
    if (!isObject(attributes)) continue;
    const text = attributes['container_definitions'];
    const containers = typeof text === 'string' ? containersIn(text) : text;
    const own = Object.fromEntries(
      Object.entries(attributes).flatMap(([name, value]): [string, unknown][] => {
        if (META.has(name)) return [];
        return [[name, TEXTS.has(name) && typeof value === 'number' ? String(value) : value]];
      }),
    );
    if (containers instanceof Open || Array.isArray(containers))
      given.push({ name: address, place, definition: definitionOf(own, containers) });
    else faults.push({ place, message: NO_LIST });
  }
  return { given, problems: faults };
}

/** Reads the other files of a configuration. Text on stdin is a configuration by itself. */
async function configurationOf(file: ParsedFile, { read }: ImportContext): Promise<readonly ParsedFile[]> {
  if (file.file === '-') return [file];
  const files: ParsedFile[] = [];
  const seen = new Set<string>();
  const visit = async (folder: string): Promise<void> => {
    if (seen.has(folder)) return;
    seen.add(folder);
    const names = await readdir(folder).catch(() => []);
    for (const name of names
      .filter((each) => /\.(?:tf|tfvars)(?:\.json)?$/i.test(each))
      .toSorted((a, b) => (a < b ? -1 : 1))) {
      const path = join(folder, name);
      const found = path === join(file.file) ? file : await read(path);
      if (found === undefined) continue;
      files.push(found);
      for (const [, source = ''] of found.text.matchAll(/"?source"?\s*[=:]\s*"(\.\.?\/[^"]*)"/g))
        await visit(join(folder, source).replace(/\/$/, ''));
    }
  };
  await visit(dirname(file.file));
  return files.includes(file) ? files : [file];
}
