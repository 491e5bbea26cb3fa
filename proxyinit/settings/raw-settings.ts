import { compileSettings, valueOf, type Parser, type Problem } from '../../common/settings.ts';
import { SOURCES, type SettingName, type Source } from './sources.ts';

/** All sources of settings, as text. Keys: flags without `--`, variables, properties of the `proxyConfiguration`. */
export type RawSettings = {
  readonly flags: Readonly<Record<string, string | boolean | undefined>>;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly properties: Readonly<Record<string, string>>;
  /** Problems with the `proxyConfiguration` itself. */
  readonly problems: readonly Problem[];
  /** The host's DNS servers from /etc/resolv.conf. */
  readonly nameservers: readonly string[];
};

/** Reads settings by their internal names. Problems have the name of the flag, variable or property. */
export type SettingReader = {
  readonly read: <T, F = T>(name: SettingName, parse: Parser<T>, fallback: F) => T | F;
  /** Reports a problem with a combination of settings, under the name of one of them. */
  readonly problem: (name: SettingName, wanted: string) => void;
};

/** Returns the first source that is set and not empty: flag, `DAYBREAK_…`, App Mesh's variable, property. */
export function findRawSetting(
  source: Source,
  given: RawSettings,
): { readonly name: string; readonly text: string } {
  const variable = `DAYBREAK_${source.flag.toUpperCase().replaceAll('-', '_')}`;
  const { appmesh, property } = source;
  const candidates: readonly (readonly [string, string | boolean | undefined])[] = [
    [`--${source.flag}`, given.flags[source.flag]],
    [variable, valueOf(variable, given.env)],
    ...(appmesh === undefined ? [] : [[appmesh, valueOf(appmesh, given.env)] as const]),
    ...(property === undefined
      ? []
      : [[`proxyConfiguration.${property}`, given.properties[property]] as const]),
  ];
  const found = candidates
    .map(([name, value]) => ({ name, text: textOf(value, source) }))
    .find(({ text }) => text.trim() !== '');
  // Report an unset setting under App Mesh's name if there is one.
  return found ?? { name: appmesh ?? variable, text: '' };
}

/**
 * Compiles settings from all sources. Precedence per setting: flag, `DAYBREAK_…`, App Mesh's variable, `proxyConfiguration`.
 * @throws SettingsError with all problems
 */
export function compileRawSettings<T extends object>(
  given: RawSettings,
  compile: (reader: SettingReader) => T,
): Readonly<T> {
  const found = (name: SettingName) => findRawSetting(SOURCES[name], given);
  const names = Object.keys(SOURCES) as SettingName[];
  const env = Object.fromEntries(names.map((name) => [found(name).name, found(name).text]));
  return compileSettings(env, (read) => {
    for (const problem of given.problems) read.problem(problem);
    return compile({
      read: (name, parse, fallback) => read(found(name).name, parse, fallback),
      problem: (name, wanted) => {
        const { name: at, text } = found(name);
        read.problem({ name: at, got: text === '' ? undefined : text, wanted });
      },
    });
  });
}

/** A flag with an optional argument that is missing selects the default. */
function textOf(value: string | boolean | undefined, { argument }: Source): string {
  if (typeof value !== 'boolean') return value ?? '';
  return argument === undefined ? (value ? '1' : '0') : '';
}
