import { dirname, normalize } from 'node:path';
import type { ParsedFile } from '../reading/parsed.ts';
import type { ImportContext, Left } from '../source.ts';
import { assetsIn, manifestIn, type SynthesizedStack } from './cdk.ts';
import { mergeAddons } from './copilot.ts';
import { nestedTemplates, type NestedPath } from './nested.ts';
import { templatesIn, type Template } from './template.ts';

/** The templates of an import, including those that other files refer to. */
export type TemplateSet = {
  /** The templates that no other nests, with their entries in a CDK manifest. */
  readonly roots: readonly {
    readonly template: Template;
    readonly synthesized: SynthesizedStack | undefined;
  }[];
  /** Returns the templates of nested stacks, by logical id; undefined for a missing template. */
  readonly nestedIn: (template: Template) => ReadonlyMap<string, Template | undefined>;
  /** Templates that are not part of the synthesized app. */
  readonly left: readonly Left[];
};

/** Finds all templates: follows CDK manifests to their templates, and templates to nested ones. */
export async function templateSet(
  files: readonly ParsedFile[],
  read: ImportContext['read'],
): Promise<TemplateSet> {
  const all = new Map(files.map((file) => [normalize(file.file), file]));
  const find = async (path: string): Promise<ParsedFile | undefined> => {
    const name = normalize(path);
    const file = all.get(name) ?? (await read(name));
    if (file !== undefined) all.set(name, file);
    return file;
  };
  const { stacks: synthesized, assets } = await cloudAssembly(files, find);
  const findAsset: Find = (path) => find(assets.get(normalize(path)) ?? path);
  const nested = await nestedOf(mergeAddons([...all.values()].flatMap(templatesIn)), findAsset);
  const templates = [...nested.keys()];
  const inner = new Set([...nested.values()].flatMap((each) => [...each.values()]));
  const known = new Map(synthesized.map((stack) => [normalize(stack.template), stack]));
  const folders = new Set(synthesized.map((stack) => dirname(normalize(stack.template))));
  const outer = templates.filter((template) => !inner.has(template));
  const isStale = ({ file }: Template): boolean =>
    folders.has(dirname(normalize(file))) && !known.has(normalize(file));
  return {
    roots: outer
      .filter((template) => !isStale(template))
      .map((template) => ({ template, synthesized: known.get(normalize(template.file)) })),
    nestedIn: (template) => nested.get(template) ?? new Map(),
    left: outer.filter(isStale).map(({ file }) => ({
      place: { file, line: 1, id: '' },
      reason: 'manifest.json does not list the template; an earlier cdk synth wrote it',
    })),
  };
}

type Find = (path: string) => Promise<ParsedFile | undefined>;

type CloudAssembly = {
  readonly stacks: readonly SynthesizedStack[];
  /** The actual paths of assets, by the path under the uploaded name. */
  readonly assets: ReadonlyMap<string, string>;
};

// Stages have manifests of their own.
async function cloudAssembly(files: readonly ParsedFile[], find: Find): Promise<CloudAssembly> {
  const stacks: SynthesizedStack[] = [];
  const assets = new Map<string, string>();
  const seen = new Set<string>();
  const waiting = files.filter((file) => manifestIn(file) !== undefined);
  for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
    const manifest = manifestIn(file);
    if (manifest === undefined || seen.has(normalize(file.file))) continue;
    seen.add(normalize(file.file));
    for (const stack of manifest.stacks) if ((await find(stack.template)) !== undefined) stacks.push(stack);
    for (const path of manifest.manifests) waiting.push(...(await listOf(find(path))));
    for (const path of manifest.assets) {
      for (const list of await listOf(find(path)))
        for (const [from, to] of assetsIn(list)) assets.set(from, to);
    }
  }
  return { stacks, assets };
}

async function listOf(found: Promise<ParsedFile | undefined>): Promise<readonly ParsedFile[]> {
  const file = await found;
  return file === undefined ? [] : [file];
}

// Beside the outer template, else the only file whose path ends like the URL.
async function findNested(
  { beside, ends }: NestedPath,
  files: readonly string[],
  find: Find,
): Promise<ParsedFile | undefined> {
  for (const path of beside) {
    const file = await find(path);
    if (file !== undefined) return file;
  }
  for (const end of ends) {
    const [only, other] = files.filter((file) => file.endsWith(`/${end}`));
    if (only !== undefined) return other === undefined ? find(only) : undefined;
  }
  return undefined;
}

async function nestedOf(
  templates: readonly Template[],
  find: Find,
): Promise<ReadonlyMap<Template, ReadonlyMap<string, Template | undefined>>> {
  const nested = new Map<Template, ReadonlyMap<string, Template | undefined>>();
  const byFile = new Map(templates.map((template) => [normalize(template.file), template]));
  const waiting = [...templates];
  for (let template = waiting.shift(); template !== undefined; template = waiting.shift()) {
    const found = new Map<string, Template | undefined>();
    const outer = template;
    for (const [id, path] of nestedTemplates(template)) {
      const others = [...byFile.keys()].filter((name) => name !== normalize(outer.file));
      const file = await findNested(path, others, find);
      const name = file === undefined ? '' : normalize(file.file);
      const known = byFile.get(name);
      const inner = known ?? (file === undefined ? undefined : templatesIn(file)[0]);
      if (inner !== undefined && known === undefined) waiting.push(inner);
      if (inner !== undefined) byFile.set(name, inner);
      found.set(id, inner);
    }
    nested.set(template, found);
  }
  return nested;
}
