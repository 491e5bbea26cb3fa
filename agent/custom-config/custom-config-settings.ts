import type { Reader } from '../../common/settings.ts';
import { path } from '../settings/parsers/parsers.ts';

/** Variables that name a file for the bootstrap, in the order in which App Mesh's agent merged them. */
export const MERGED_FILES = [
  'ENVOY_TRACING_CFG_FILE',
  'ENVOY_STATS_CONFIG_FILE',
  'ENVOY_STATS_SINKS_CFG_FILE',
  'ENVOY_RESOURCES_CONFIG_FILE',
] as const;

/** A file of the operator that is merged into the bootstrap. */
export type MergedFile = { readonly variable: (typeof MERGED_FILES)[number]; readonly path: string };

/** Files of the operator for Envoy's bootstrap. */
export type CustomConfigSettings = {
  /** A whole bootstrap, instead of a generated one; then `merged` is empty. */
  readonly own: string | undefined;
  readonly merged: readonly MergedFile[];
};

/** Reads the names of the files. Nothing is read from the files here. */
export function readCustomConfig(read: Reader): CustomConfigSettings {
  const own = read('ENVOY_CONFIG_FILE', path, undefined);
  const merged = MERGED_FILES.flatMap((variable) => {
    const file = read(variable, path, undefined);
    return file === undefined || own !== undefined ? [] : [{ variable, path: file }];
  });
  return { own, merged };
}

/** Returns whether a file replaces the part of the bootstrap that `variable` stands for, or all of it. */
export function isReplaced(files: CustomConfigSettings, variable: MergedFile['variable']): boolean {
  return files.own !== undefined || files.merged.some((file) => file.variable === variable);
}
