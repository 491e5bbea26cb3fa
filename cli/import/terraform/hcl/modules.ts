import { dirname, join, normalize } from 'node:path';
import { isObject } from '../../../../common/is-object.ts';
import type { ConfigurationFile } from './parse.ts';

/** A block of a configuration, with its file. */
export type Block = {
  readonly body: Readonly<Record<string, unknown>>;
  readonly file: ConfigurationFile;
};

/** A module: the configuration in one folder. */
export type Module = {
  readonly folder: string;
  readonly variables: ReadonlyMap<string, Block>;
  readonly locals: ReadonlyMap<string, { readonly value: unknown; readonly file: ConfigurationFile }>;
  /** The resources by `TYPE.NAME`. */
  readonly resources: ReadonlyMap<string, Block & { readonly type: string; readonly name: string }>;
  readonly outputs: ReadonlyMap<string, Block>;
  readonly calls: ReadonlyMap<string, Block>;
  /** The values of variables in the `.tfvars` files that count. */
  readonly values: Readonly<Record<string, unknown>>;
};

/** Groups files into modules, one per folder. `isTaken`: whether the values in a `.tfvars` file count. */
export function modulesIn(
  files: readonly ConfigurationFile[],
  isTaken: (file: string) => boolean,
): ReadonlyMap<string, Module> {
  const folders = Map.groupBy(files, ({ file }) => normalize(dirname(file)));
  return new Map([...folders].map(([folder, own]) => [folder, moduleOf(folder, own, isTaken)]));
}

/** Returns the local folder of a called module; undefined if its source is not a local path. */
export function folderOfCall({ folder }: Module, { body }: Block): string | undefined {
  const { source } = body;
  return typeof source === 'string' && /^\.\.?\//.test(source)
    ? normalize(join(folder, source)).replace(/\/$/, '')
    : undefined;
}

/** Whether a file has values of variables, such as `terraform.tfvars`. */
export function isValues(file: string): boolean {
  return /\.tfvars(?:\.json)?$/i.test(file);
}

function moduleOf(
  folder: string,
  files: readonly ConfigurationFile[],
  isTaken: (file: string) => boolean,
): Module {
  const configuration = files.filter(({ file }) => !isValues(file));
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
  const resources = configuration.flatMap((file) => {
    const types = isObject(file.body['resource']) ? Object.entries(file.body['resource']) : [];
    return types.flatMap(([type, named]) =>
      blocksIn(named).map(([name, body]) => [`${type}.${name}`, { body, file, type, name }] as const),
    );
  });
  const values = files.filter(({ file }) => isValues(file) && isTaken(file)).map(({ body }) => body);
  return {
    folder,
    variables: labelled('variable'),
    locals: new Map(locals),
    resources: new Map(resources),
    outputs: labelled('output'),
    calls: labelled('module'),
    values: Object.assign({}, ...values) as Module['values'],
  };
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
