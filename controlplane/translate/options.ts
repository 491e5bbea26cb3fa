import { NO_FEATURES, type Features } from './features.ts';

/** The limits on the headers of a request or response: the total size, and the number of lines. */
export type HeaderLimits = {
  /** In KiB, 1 to 8192. */
  readonly kib: number;
  readonly lines: number;
};

/** The operator's settings for all translations of a control plane. */
export type TranslationSettings = {
  readonly headers: HeaderLimits;
  /** The trust domain of the control plane's authority. Absent: proxies use no certificates of it. */
  readonly trustDomain?: string;
};

/** All inputs of translation besides the model and `ExternalInputs`: the proxy's features, and the operator's settings. */
export type Options = Features & TranslationSettings;

/** The default settings. */
export const DEFAULT_SETTINGS: TranslationSettings = { headers: { kib: 96, lines: 200 } };

/** A proxy that declares nothing, with the default settings. */
export const NO_OPTIONS: Options = { ...NO_FEATURES, ...DEFAULT_SETTINGS };

/** Returns all options as one text for a cache key. */
export function optionsKey(options: Options): string {
  let key = keys.get(options);
  if (key === undefined) {
    key = JSON.stringify(options);
    keys.set(options, key);
  }
  return key;
}

const keys = new WeakMap<Options, string>();
