import { dirname, join, normalize } from 'node:path';
import { isObject } from '../../../../common/is-object.ts';
import type { ConfigurationFile } from './parse.ts';
import { countingValues, isValues } from './values-files.ts';

/** A block of a configuration, with its file. */
export type Block = {
  readonly body: Readonly<Record<string, unknown>>;
  readonly file: ConfigurationFile;
};

/** A block of a resource or data source. */
export type ResourceBlock = Block & { readonly type: string; readonly name: string };

/** A module: the configuration in one folder. */
export type Module = {
  readonly folder: string;
  readonly variables: ReadonlyMap<string, Block>;
  readonly locals: ReadonlyMap<string, { readonly value: unknown; readonly file: ConfigurationFile }>;
  /** The resources by `TYPE.NAME`. */
  readonly resources: ReadonlyMap<string, ResourceBlock>;
  /** Resources with the type and name of an earlier one. */
  readonly repeated: readonly ResourceBlock[];
  /** The data sources by `data.TYPE.NAME`. */
  readonly data: ReadonlyMap<string, Block>;
  readonly outputs: ReadonlyMap<string, Block>;
  readonly calls: ReadonlyMap<string, Block>;
  /** The values of variables in the `.tfvars` files that count. */
  readonly values: Readonly<Record<string, unknown>>;
};

/**
 * Groups files into modules, one per folder. `named`: the files that the command line names. Values in such a file are those of the module in
 * its folder, or of all modules if there is none, as with `terraform apply -var-file=environments/prod.tfvars`.
 */
export function modulesIn(
  files: readonly ConfigurationFile[],
  named: ReadonlySet<string>,
): ReadonlyMap<string, Module> {
  const configuration = files.filter(({ file }) => !isValues(file));
  const folders = Map.groupBy(configuration, folderOf);
  const values = countingValues(files, named);
  const isFor = (folder: string, file: ConfigurationFile): boolean =>
    folderOf(file) === folder || (named.has(file.file) && !folders.has(folderOf(file)));
  return new Map(
    [...folders].map(([folder, own]) => {
      const taken = values.filter((file) => isFor(folder, file)).map(({ body }) => body);
      return [folder, moduleOf(folder, own, Object.assign({}, ...taken) as Module['values'])];
    }),
  );
}

function folderOf({ file }: ConfigurationFile): string {
  return normalize(dirname(file));
}

/** Returns the local folder of a called module; undefined if its source is not a local path. */
export function folderOfCall({ folder }: Module, { body }: Block): string | undefined {
  const { source } = body;
  return typeof source === 'string' && /^\.\.?\//.test(source)
    ? normalize(join(folder, source)).replace(/\/$/, '')
    : undefined;
}

function moduleOf(
  folder: string,
  configuration: readonly ConfigurationFile[],
  values: Module['values'],
): Module {
  const labelled = (type: string): ReadonlyMap<string, Block> =>
    new Map(
      configuration.flatMap((file) =>
        blocksIn(file.body[type]).map(([name, body]) => [name, { body, file }]),
      ),
    );
  const locals = configuration.flatMap((file) =>
    listOf(file.body['locals']).flatMap((each) =>
      isObject(each) ? Object.entries(each).map(([name, value]) => [name, { value, file }] as const) : [],
    ),
  );
  const typed = (block: 'resource' | 'data') =>
    configuration.flatMap((file) => {
      const types = isObject(file.body[block]) ? Object.entries(file.body[block]) : [];
      return types.flatMap(([type, named]) =>
        blocksIn(named).map(([name, body]) => [`${type}.${name}`, { body, file, type, name }] as const),
      );
    });
  const resources = typed('resource');
  return {
    folder,
    variables: labelled('variable'),
    locals: new Map(locals),
    resources: new Map(resources),
    repeated: repeatedIn(resources),
    data: new Map(typed('data').map(([key, block]) => [`data.${key}`, block])),
    outputs: labelled('output'),
    calls: labelled('module'),
    values,
  };
}

function repeatedIn(resources: readonly (readonly [string, ResourceBlock])[]): readonly ResourceBlock[] {
  const seen = new Set<string>();
  return resources.flatMap(([key, block]) => {
    if (seen.has(key)) return [block];
    seen.add(key);
    return [];
  });
}

function blocksIn(value: unknown): readonly (readonly [string, Readonly<Record<string, unknown>>])[] {
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([name, body]) =>
    listOf(body).flatMap((each) => (isObject(each) ? [[name, each] as const] : [])),
  );
}

function listOf(value: unknown): readonly unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}
