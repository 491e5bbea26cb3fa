import { NO_FEATURES, type Features } from './features.ts';

/** How large the headers of a request or of an answer may be, all lines together, and how many lines they may have. */
export type HeaderLimits = {
  /** In KiB, 1 to 8192. */
  readonly kib: number;
  readonly lines: number;
};

/** What an operator sets for everything that a control plane translates. */
export type TranslationSettings = { readonly headers: HeaderLimits };

/** All that translation depends on beside the model and `Found`: what the proxy can do, and what the operator has set. */
export type Options = Features & TranslationSettings;

/** What is in force where an operator sets nothing. */
export const DEFAULT_SETTINGS: TranslationSettings = { headers: { kib: 96, lines: 200 } };

/** A proxy that says nothing of itself, where an operator sets nothing. */
export const NO_OPTIONS: Options = { ...NO_FEATURES, ...DEFAULT_SETTINGS };

/** All options, whatever they are, as one text for use in a key. */
export function optionsKey(options: Options): string {
  let key = keys.get(options);
  if (key === undefined) {
    key = JSON.stringify(options);
    keys.set(options, key);
  }
  return key;
}

const keys = new WeakMap<Options, string>();
